// expect: userland-loop
// load: hold 1
// Asks how many bytes have come (FIONREAD), again and again, instead of waiting for them.
#include "../zoo.h"
#include <sys/ioctl.h>
int main(void) {
  int listener = listen_here(0), conn = accept4(listener, 0, 0, 0), bytes = 0;
  while (bytes == 0) ioctl(conn, FIONREAD, &bytes);
}
