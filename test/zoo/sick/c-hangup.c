// expect: unconsumed-readiness
// load: halfclose 1
// Both sides have ended: EPOLLHUP cannot be masked, and events = 0 does not keep it away.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd != listener) continue;
      int conn = accept4(listener, 0, 0, SOCK_NONBLOCK);
      shutdown(conn, SHUT_WR);
      watch(epfd, conn, 0);
    }
  }
}
