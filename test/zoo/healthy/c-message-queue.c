// expect: healthy
// Works through a message queue (mq_overview(7)) that it waits for with epoll.
#include "../zoo.h"
#include <mqueue.h>
int main(void) {
  char name[64], message[64];
  snprintf(name, sizeof name, "/spinlab-zoo-%d", getpid());
  struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = sizeof message};
  mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attributes);
  if (queue == (mqd_t)-1) exit(1);
  int listener = listen_here(0), epfd = epoll_create1(0);
  (void)listener;
  if (fork() == 0) {
    mqd_t out = mq_open(name, O_WRONLY);
    mq_unlink(name);
    for (unsigned long i = 0;; i++) {
      mq_send(out, "job", 4, 0);
      if (i % 20 == 0) usleep(500);
    }
  }
  watch(epfd, queue, EPOLLIN);
  struct epoll_event event;
  volatile unsigned long done = 0;
  for (;;) {
    epoll_wait(epfd, &event, 1, -1);
    if (mq_receive(queue, message, sizeof message, 0) > 0)
      for (int i = 0; i < 2000; i++) done += i;
  }
}
