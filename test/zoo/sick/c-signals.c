// expect: empty-wakeups
// also: error-loop
// load: hold 2
// setitimer(100 us) "for statistics": every epoll_wait ends with EINTR.
#include "../zoo.h"
#include <sys/time.h>
static void tick(int s) { (void)s; }
int main(void) {
  int l = listen_here(SOCK_NONBLOCK), e = epoll_create1(0);
  watch(e, l, EPOLLIN);
  struct sigaction a = {.sa_handler = tick};
  sigaction(SIGALRM, &a, 0);
  struct itimerval t = {{0, 100}, {0, 100}};
  setitimer(ITIMER_REAL, &t, 0);
  struct epoll_event ev[8];
  for (;;) {
    int n = epoll_wait(e, ev, 8, -1);
    for (int i = 0; i < n; i++) serve_one(e, l, ev[i].data.fd);
  }
}
