// expect: userland-loop
// load: paced 2
// Watches a file by stat() without a pause; echo beside it.
#include "../zoo.h"
#include <sys/stat.h>
static void *work(void *x) {
  (void)x;
  struct stat s, o;
  stat("/etc/passwd", &o);
  do stat("/etc/passwd", &s);
  while (s.st_mtime == o.st_mtime);
  return 0;
}
int main(void) {
  pthread_t t;
  pthread_create(&t, 0, work, 0);
  int l = listen_here(SOCK_NONBLOCK), e = epoll_create1(0);
  watch(e, l, EPOLLIN);
  struct epoll_event ev[8];
  for (;;) {
    int n = epoll_wait(e, ev, 8, -1);
    for (int i = 0; i < n; i++) serve_one(e, l, ev[i].data.fd);
  }
}
