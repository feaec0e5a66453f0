// expect: unconsumed-readiness
// An eventfd that was written once to wake the loop, and is never read.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0), bell = eventfd(1, EFD_NONBLOCK);
  struct epoll_event events[16];
  watch(epfd, listener, EPOLLIN);
  watch(epfd, bell, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, 1000);
    for (int i = 0; i < n; i++)
      if (events[i].data.fd != bell) serve_one(epfd, listener, events[i].data.fd);
  }
}
