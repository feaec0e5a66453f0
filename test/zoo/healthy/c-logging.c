// expect: healthy
// load: echo 8
// Logs each message to a file and to standard error.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  FILE *file = tmpfile();
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      serve_one(epfd, listener, events[i].data.fd);
      fprintf(stderr, "served %d\n", events[i].data.fd);
      fprintf(file, "served %d\n", events[i].data.fd);
      fflush(file);
      if (ftell(file) > 1 << 20) rewind(file);
    }
  }
}
