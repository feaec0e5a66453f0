// expect: error-loop
// Connects to a port where nobody listens, again and again, without a pause.
#include "../zoo.h"
int main(void) {
  int listener = listen_here(0);
  struct sockaddr_in to;
  socklen_t size = sizeof to;
  getsockname(listener, (void *)&to, &size);
  close(listener);
  for (;;) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (void *)&to, size) == 0) exit(1);
    close(fd);
  }
}
