// expect: unconsumed-readiness
// load: bytes 2
// Sniffs for a whole header with MSG_PEEK; the rest of the header never comes.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  char header[64];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == listener) watch(epfd, accept4(listener, 0, 0, SOCK_NONBLOCK), EPOLLIN);
      else if (recv(events[i].data.fd, header, sizeof header, MSG_PEEK) == sizeof header) close(events[i].data.fd);
    }
  }
}
