// expect: empty-wakeups
// load: hold 600
// A thread for each connection, and a receive timeout of 200 us "so that it can be stopped".
#include "../zoo.h"
static void *serve(void *x) {
  int c = (long)x;
  char b[4096];
  struct timeval t = {0, 200};
  setsockopt(c, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
  for (;;) {
    ssize_t n = recv(c, b, sizeof b, 0);
    if (n > 0)
      n = write(c, b, n);
    else if (n == 0 || errno != EAGAIN)
      break;
  }
  close(c);
  return 0;
}
int main(void) {
  int l = listen_here(0);
  for (;;) {
    int c = accept(l, 0, 0);
    pthread_t t;
    pthread_create(&t, 0, serve, (void *)(long)c);
  }
}
