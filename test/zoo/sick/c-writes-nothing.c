// expect: userland-loop
// load: echo 8
// A thread writes what is left, and nothing is left; beside one that serves.
#include "../zoo.h"
static void *flusher(void *x) {
  int pair[2];
  char buffer[8];
  size_t left = 0;
  (void)x;
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  for (;;) left -= write(pair[0], buffer, left);
  return 0;
}
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, flusher, 0);
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) serve_one(epfd, listener, events[i].data.fd);
  }
}
