// expect: empty-wakeups
// load: hold 2
// select(2) with a timeout of 20 us, to look after timers that hardly ever are due.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK);
  for (;;) {
    fd_set set;
    struct timeval soon = {.tv_usec = 20};
    FD_ZERO(&set);
    FD_SET(listener, &set);
    if (select(listener + 1, &set, 0, 0, &soon) > 0) accept4(listener, 0, 0, SOCK_NONBLOCK);
  }
}
