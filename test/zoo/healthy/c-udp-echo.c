// expect: healthy
// load: udp 4
// A UDP server: EAGAIN after each datagram, and empty datagrams now and then.
#include "../zoo.h"
int main(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), epfd = epoll_create1(0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, from;
  socklen_t size = sizeof at;
  char buffer[2048];
  struct epoll_event event;
  if (bind(fd, (void *)&at, size) || getsockname(fd, (void *)&at, &size)) exit(1);
  printf("listening %d\n", ntohs(at.sin_port));
  fflush(stdout);
  watch(epfd, fd, EPOLLIN);
  for (;;) {
    epoll_wait(epfd, &event, 1, -1);
    for (;;) {
      size = sizeof from;
      ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (void *)&from, &size);
      if (n < 0) break;
      sendto(fd, buffer, n, 0, (void *)&from, size);
    }
  }
}
