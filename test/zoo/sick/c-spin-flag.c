// expect: userland-loop
// load: paced 4
// A consumer waits for an atomic flag with pause, beside a thread that serves.
#include "../zoo.h"
#include <stdatomic.h>
static atomic_int ready;
static void *consumer(void *x) {
  (void)x;
  for (;;) {
    while (!atomic_load_explicit(&ready, memory_order_acquire)) __builtin_ia32_pause();
    atomic_store(&ready, 0);
  }
  return 0;
}
int main(void) {
  pthread_t t;
  pthread_create(&t, 0, consumer, 0);
  int l = listen_here(SOCK_NONBLOCK), e = epoll_create1(0);
  watch(e, l, EPOLLIN);
  struct epoll_event ev[8];
  for (;;) {
    int n = epoll_wait(e, ev, 8, -1);
    for (int i = 0; i < n; i++) serve_one(e, l, ev[i].data.fd);
  }
}
