// expect: unconsumed-readiness
// Urgent data was sent and is not read: select reports the exception for ever.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(0), client = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in at;
  socklen_t size = sizeof at;
  getsockname(listener, (void *)&at, &size);
  connect(client, (void *)&at, size);
  int conn = accept(listener, 0, 0);
  send(client, "!", 1, MSG_OOB);
  for (;;) {
    char buffer[64];
    fd_set readable, exceptional;
    FD_ZERO(&readable);
    FD_ZERO(&exceptional);
    FD_SET(listener, &readable);
    FD_SET(conn, &readable);
    FD_SET(conn, &exceptional);
    if (select(conn + 1, &readable, 0, &exceptional, 0) > 0 && FD_ISSET(conn, &readable))
      if (read(conn, buffer, sizeof buffer) == 0) return 0;
  }
}
