// expect: userland-loop
// load: hold 2
// Non-blocking reads in a tight loop, with no wait at all.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(0);
  char buffer[512];
  int one = accept4(listener, 0, 0, SOCK_NONBLOCK), two = accept4(listener, 0, 0, SOCK_NONBLOCK);
  for (;;) {
    if (read(one, buffer, sizeof buffer) == 0) exit(1);
    if (read(two, buffer, sizeof buffer) == 0) exit(1);
  }
}
