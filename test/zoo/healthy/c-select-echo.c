// expect: healthy
// load: echo 8
// select(2), and after each read another read that says EAGAIN.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), conns[64], n = 0;
  char buffer[4096];
  for (;;) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(listener, &set);
    for (int i = 0; i < n; i++) FD_SET(conns[i], &set);
    select(256, &set, 0, 0, 0);
    if (FD_ISSET(listener, &set) && n < 64) conns[n++] = accept4(listener, 0, 0, SOCK_NONBLOCK);
    for (int i = 0; i < n; i++) {
      if (!FD_ISSET(conns[i], &set)) continue;
      ssize_t got;
      while ((got = read(conns[i], buffer, sizeof buffer)) > 0) got = write(conns[i], buffer, got);
      if (got == 0) close(conns[i]), conns[i] = conns[--n];
    }
  }
}
