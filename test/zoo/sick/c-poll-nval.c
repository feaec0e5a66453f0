// expect: unconsumed-readiness
// poll(2) with a closed descriptor in its list: POLLNVAL counts as ready.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), gone = dup(listener);
  struct pollfd fds[2] = {{.fd = listener, .events = POLLIN}, {.fd = gone, .events = POLLIN}};
  close(gone);
  for (;;)
    if (poll(fds, 2, -1) > 0 && fds[0].revents) accept4(listener, 0, 0, SOCK_NONBLOCK);
}
