// expect: unconsumed-readiness
// load: hold 3
// EPOLLOUT stays registered although there is nothing to send: a writable socket is always ready.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == listener) watch(epfd, accept4(listener, 0, 0, SOCK_NONBLOCK), EPOLLIN | EPOLLOUT);
      else if (events[i].events & EPOLLIN) serve_one(epfd, listener, events[i].data.fd);
    }
  }
}
