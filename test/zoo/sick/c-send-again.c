// expect: error-loop
// load: hold 1
// The peer does not read: send says EAGAIN, and is tried again at once.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(0);
  static char block[65536];
  int conn = accept4(listener, 0, 0, SOCK_NONBLOCK);
  for (;;)
    if (send(conn, block, sizeof block, MSG_NOSIGNAL) < 0 && errno != EAGAIN) exit(1);
}
