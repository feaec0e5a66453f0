// expect: error-loop
// load: hold 1
// Follows a log file without a pause: read = 0 at its end, again and again.
#include "../zoo.h"
int main(void) {
  char buffer[512];
  int file = open("/etc/hostname", O_RDONLY);
  listen_here(0);
  for (;;)
    if (read(file, buffer, sizeof buffer) < 0) exit(1);
}
