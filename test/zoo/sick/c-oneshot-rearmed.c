// expect: unconsumed-readiness
// load: bytes 1
// EPOLLONESHOT, armed again at each turn, and the bytes are never read.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == listener) watch(epfd, accept4(listener, 0, 0, SOCK_NONBLOCK), EPOLLIN | EPOLLONESHOT);
      else epoll_ctl(epfd, EPOLL_CTL_MOD, events[i].data.fd, &(struct epoll_event){.events = EPOLLIN | EPOLLONESHOT, .data.fd = events[i].data.fd});
    }
  }
}
