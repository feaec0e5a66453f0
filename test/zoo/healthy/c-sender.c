// expect: healthy
// load: sink 2
// Streams without end to whoever connects, and waits while the peer does not take it.
#include "../zoo.h"
static void *stream(void *arg) {
  static char block[16384];
  int conn = (int)(intptr_t)arg;
  while (send(conn, block, sizeof block, MSG_NOSIGNAL) > 0) continue;
  close(conn);
  return 0;
}
int main(void) {
  int listener = listen_here(0);
  for (;;) {
    pthread_t thread;
    pthread_create(&thread, 0, stream, (void *)(intptr_t)accept4(listener, 0, 0, 0));
  }
}
