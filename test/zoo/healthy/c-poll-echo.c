// expect: healthy
// load: echo 16
// poll(2) over all connections.
#include "../zoo.h"
int main(void) {
  struct pollfd fds[64] = {{.fd = listen_here(SOCK_NONBLOCK), .events = POLLIN}};
  char buffer[4096];
  int n = 1;
  for (;;) {
    poll(fds, n, -1);
    if (fds[0].revents && n < 64) fds[n++] = (struct pollfd){.fd = accept4(fds[0].fd, 0, 0, SOCK_NONBLOCK), .events = POLLIN};
    for (int i = 1; i < n; i++) {
      if (!fds[i].revents) continue;
      ssize_t got = read(fds[i].fd, buffer, sizeof buffer);
      if (got > 0) got = write(fds[i].fd, buffer, got);
      else close(fds[i].fd), fds[i].fd = -1;
    }
  }
}
