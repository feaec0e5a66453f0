// expect: unconsumed-readiness
// load: arrivals 4000
// Forty-eight loops wait for one listener without EPOLLEXCLUSIVE: each connection wakes them all.
#include "../zoo.h"
static int listener;
static void *loop(void *arg) {
  int epfd = epoll_create1(0);
  struct epoll_event events[16];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) serve_one(epfd, listener, events[i].data.fd);
  }
  return arg;
}
int main(void) {
  listener = listen_here(SOCK_NONBLOCK);
  pthread_t thread;
  for (int i = 0; i < 47; i++) pthread_create(&thread, 0, loop, 0);
  loop(0);
}
