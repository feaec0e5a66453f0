// expect: unconsumed-readiness
// load: echo 2
// A timerfd has expired, and nobody reads how often.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec when = {.it_value.tv_nsec = 1000};
  struct epoll_event events[16];
  timerfd_settime(timer, 0, &when, 0);
  watch(epfd, listener, EPOLLIN);
  watch(epfd, timer, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++)
      if (events[i].data.fd != timer) serve_one(epfd, listener, events[i].data.fd);
  }
}
