// expect: error-loop
// also: empty-wakeups, userland-loop
// Waits for a number to change that has changed already: FUTEX_WAIT fails with EAGAIN each time.
#include "../zoo.h"
#include <linux/futex.h>
#include <sys/syscall.h>
int main(void) {
  listen_here(0);
  static int word = 1;
  for (;;) syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
}
