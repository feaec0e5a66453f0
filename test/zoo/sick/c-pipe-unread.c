// expect: unconsumed-readiness
// load: echo 2
// A self-pipe that a signal handler wrote to, and that nobody drains.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0), bell[2];
  struct epoll_event events[16];
  if (pipe(bell) || write(bell[1], "!", 1) != 1) exit(1);
  watch(epfd, listener, EPOLLIN);
  watch(epfd, bell[0], EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++)
      if (events[i].data.fd != bell[0]) serve_one(epfd, listener, events[i].data.fd);
  }
}
