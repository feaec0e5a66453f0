// expect: userland-loop
// load: echo 4
// A spin lock that nobody releases: sched_yield for ever beside an honest server.
#include "../zoo.h"
static volatile int lock = 1;
static void *spin(void *arg) {
  while (lock) sched_yield();
  return arg;
}
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  pthread_t thread;
  pthread_create(&thread, 0, spin, 0);
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) serve_one(epfd, listener, events[i].data.fd);
  }
}
