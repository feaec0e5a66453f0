// expect: healthy
// Tells 900 clients the news 250 times a second; who does not read in time misses some.
#include "../zoo.h"
int main(void) {
  enum { CLIENTS = 900, NEWS = 1024 };
  int listener = listen_here(0), clients[CLIENTS];
  struct sockaddr_in at;
  socklen_t size = sizeof at;
  getsockname(listener, (void *)&at, &size);
  if (fork() == 0) {
    char buffer[NEWS];
    int fds[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) connect(fds[i] = socket(AF_INET, SOCK_STREAM, 0), (void *)&at, size);
    // One in ten reads.
    for (;;) for (int i = 0; i < CLIENTS; i += 10)
      if (recv(fds[i], buffer, sizeof buffer, 0) <= 0) exit(0);
  }
  for (int i = 0; i < CLIENTS; i++) clients[i] = accept4(listener, 0, 0, SOCK_NONBLOCK);
  char news[NEWS] = {0};
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (;;) {
    for (int i = 0; i < CLIENTS; i++) send(clients[i], news, sizeof news, MSG_NOSIGNAL);
    next.tv_nsec += 1000000000 / 250;
    if (next.tv_nsec >= 1000000000) next.tv_nsec -= 1000000000, next.tv_sec++;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, 0);
  }
}
