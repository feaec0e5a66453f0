// expect: healthy
// finding: userland-loop
// load: bytes 3
// The one thread of the server hashes for half a minute on each message: it is silent, and not stuck.
#include "../zoo.h"
static uint64_t hash_request(const char *data, ssize_t n) {
  uint64_t hash = 14695981039346656037ull;
  for (long i = 0; i < 30000000000; i++) hash = (hash ^ (unsigned char)data[i % n]) * 1099511628211ull;
  return hash;
}
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  char buffer[4096];
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        serve_one(epfd, listener, listener);
        continue;
      }
      ssize_t got = read(fd, buffer, sizeof buffer);
      if (got <= 0) {
        close(fd);
        continue;
      }
      uint64_t hash = hash_request(buffer, got);
      if (write(fd, &hash, sizeof hash) < 0) close(fd);
    }
  }
}
