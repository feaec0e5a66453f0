// expect: unconsumed-readiness
// load: halfclose 1; paced 4
// Nine threads are busy with messages; the loop beside them does not close what its peer has ended, in the tenth of the CPU that it gets.
#include "../zoo.h"
static void *busy(void *x) {
  int pair[2];
  char message[512] = {0};
  volatile double work = 0;
  (void)x;
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  while (write(pair[0], message, sizeof message) > 0 && read(pair[1], message, sizeof message) > 0)
    for (int i = 0; i < 3000; i++) work += i;
  return 0;
}
int main(void) {
  pthread_t thread;
  for (int i = 0; i < 9; i++) pthread_create(&thread, 0, busy, 0);
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].events & EPOLLRDHUP) continue;
      if (events[i].data.fd != listener) {
        serve_one(epfd, listener, events[i].data.fd);
        continue;
      }
      int conn = accept4(listener, 0, 0, SOCK_NONBLOCK);
      if (conn >= 0) watch(epfd, conn, EPOLLIN | EPOLLRDHUP);
    }
  }
}
