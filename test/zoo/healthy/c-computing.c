// expect: healthy
// finding: busy-computing
// load: echo 1
// One thread computes, another serves.
#include "../zoo.h"
static volatile uint64_t sink;
static uint64_t mix(uint64_t x) { return (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u; }
static double grow(double x) { return x * 1.0000001 + 1 / (x + 1); }
static void *compute(void *arg) {
  uint64_t x = 1;
  double y = 1;
  for (;;) {
    for (int i = 0; i < 1000; i++) x = mix(x + i);
    for (int i = 0; i < 1000; i++) y = grow(y);
    sink += x + (uint64_t)y;
  }
  return arg;
}
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  pthread_t thread;
  pthread_create(&thread, 0, compute, 0);
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) serve_one(epfd, listener, events[i].data.fd);
  }
}
