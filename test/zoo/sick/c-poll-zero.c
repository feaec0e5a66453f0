// expect: empty-wakeups
// load: hold 2
// poll(2) with a timeout of 0, for ever.
#include "../zoo.h"
int main(void) {
  struct pollfd fds[8] = {{.fd = listen_here(SOCK_NONBLOCK), .events = POLLIN}};
  int n = 1;
  for (;;) {
    if (poll(fds, n, 0) <= 0) continue;
    int conn = accept4(fds[0].fd, 0, 0, SOCK_NONBLOCK);
    if (conn >= 0 && n < 8) fds[n++] = (struct pollfd){.fd = conn, .events = POLLIN};
  }
}
