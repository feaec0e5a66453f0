// expect: healthy
// load: resets 2
// Nothing but connections that are reset by the peer: each is one failed read and one close.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) serve_one(epfd, listener, events[i].data.fd);
  }
}
