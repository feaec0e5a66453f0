// What every C server of the zoo needs.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// A listening socket on a free port of 127.0.0.1; says which.
static inline int listen_here(int flags) {
  int fd = socket(AF_INET, SOCK_STREAM | flags, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  if (bind(fd, (void *)&at, size) || listen(fd, 128) || getsockname(fd, (void *)&at, &size)) exit(1);
  printf("listening %d\n", ntohs(at.sin_port));
  fflush(stdout);
  return fd;
}

static inline void watch(int epfd, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event);
}

// One turn of an honest echo server for one ready descriptor.
static inline void serve_one(int epfd, int listener, int fd) {
  char buffer[4096];
  if (fd == listener) {
    int conn = accept4(listener, 0, 0, SOCK_NONBLOCK);
    if (conn >= 0) watch(epfd, conn, EPOLLIN);
    return;
  }
  ssize_t n = read(fd, buffer, sizeof buffer);
  if (n > 0) n = write(fd, buffer, n);
  else if (n == 0 || errno != EAGAIN) close(fd);
}
