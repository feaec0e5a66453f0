// expect: empty-wakeups
// load: hold 2
// Non-blocking accept, then a sleep of 10 us.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK);
  for (;;) {
    if (accept4(listener, 0, 0, SOCK_NONBLOCK) < 0) usleep(10);
  }
}
