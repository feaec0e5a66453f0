// expect: error-loop
// load: halfclose 1; echo 4
// A thread for each connection; one of them never notices the end of its stream.
#include "../zoo.h"
static void *serve(void *arg) {
  int conn = (int)(intptr_t)arg;
  char buffer[512];
  for (;;) {
    ssize_t n = read(conn, buffer, sizeof buffer);
    if (n < 0 || (n > 0 && write(conn, buffer, n) < 0)) return 0;
  }
}
int main(void) {
  int listener = listen_here(0);
  for (;;) {
    pthread_t thread;
    pthread_create(&thread, 0, serve, (void *)(intptr_t)accept4(listener, 0, 0, 0));
  }
}
