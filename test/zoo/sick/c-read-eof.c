// expect: error-loop
// load: halfclose 1
// A blocking reader that takes the end of the stream for an empty message.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(0);
  char buffer[512];
  int conn = accept4(listener, 0, 0, 0);
  for (;;)
    if (read(conn, buffer, sizeof buffer) < 0) exit(1);
}
