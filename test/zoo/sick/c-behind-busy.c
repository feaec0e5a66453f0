// expect: unconsumed-readiness
// load: echo 1; halfclose 1
// The first event of each wait is a busy, healthy connection; behind it stands a half-closed one that is only waited for.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  char byte;
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (!(events[i].events & EPOLLIN)) continue;
      if (fd != listener && recv(fd, &byte, 1, MSG_PEEK) == 0)
        epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &(struct epoll_event){.events = EPOLLRDHUP, .data.fd = fd});
      else serve_one(epfd, listener, fd);
    }
  }
}
