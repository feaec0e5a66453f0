// expect: unconsumed-readiness
// load: hold 3
// As before, but each turn tries to read as well, and gets EAGAIN.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == listener) watch(epfd, accept4(listener, 0, 0, SOCK_NONBLOCK), EPOLLIN | EPOLLOUT);
      else serve_one(epfd, listener, events[i].data.fd);
    }
  }
}
