// expect: userland-loop
// also: healthy
// finding: userland-loop
// load: bytes 2
// The one thread of the server goes round in its parser.
#include "../zoo.h"
static volatile size_t lines;
__attribute__((noinline)) static size_t skip_line(const char *data, size_t n) {
  const char *end = memchr(data, '\n', n);
  return end ? (size_t)(end - data) + 1 : 0;
}
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  char buffer[4096];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == listener) {
        serve_one(epfd, listener, listener);
        continue;
      }
      ssize_t got = read(events[i].data.fd, buffer, sizeof buffer);
      for (ssize_t at = 0; at < got; at += skip_line(buffer + at, got - at)) lines++;
    }
  }
}
