// expect: error-loop
// load: halfclose 1; echo 4
// An epoll thread hands ready connections to a pool (EPOLLONESHOT); workers re-arm after read = 0.
#include "../zoo.h"
static int epoll, listener, queue[2];
static void *work(void *x) {
  (void)x;
  int fd;
  char b[4096];
  while (read(queue[0], &fd, 4) == 4) {
    ssize_t n = read(fd, b, sizeof b);
    if (n > 0) n = write(fd, b, n);
    struct epoll_event m = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &m);
  }
  return 0;
}
int main(void) {
  listener = listen_here(SOCK_NONBLOCK);
  epoll = epoll_create1(0);
  pipe(queue);
  pthread_t t;
  for (int i = 0; i < 4; i++) pthread_create(&t, 0, work, 0);
  watch(epoll, listener, EPOLLIN);
  struct epoll_event ev[8];
  for (;;) {
    int n = epoll_wait(epoll, ev, 8, -1);
    for (int i = 0; i < n; i++) {
      int fd = ev[i].data.fd;
      if (fd == listener) {
        int c = accept4(listener, 0, 0, SOCK_NONBLOCK);
        struct epoll_event m = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = c};
        if (c >= 0) epoll_ctl(epoll, EPOLL_CTL_ADD, c, &m);
      } else {
        ssize_t r = write(queue[1], &fd, 4);
        (void)r;
      }
    }
  }
}
