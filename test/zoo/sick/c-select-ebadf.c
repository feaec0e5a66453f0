// expect: error-loop
// also: userland-loop
// select(2) over a descriptor that was closed: EBADF at once, for ever.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), gone = dup(listener);
  close(gone);
  for (;;) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(listener, &set);
    FD_SET(gone, &set);
    if (select(gone + 1, &set, 0, 0, 0) > 0) accept4(listener, 0, 0, SOCK_NONBLOCK);
  }
}
