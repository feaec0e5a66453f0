// expect: unconsumed-readiness
// load: halfclose 1
// The loop hands each ready connection to a pool and goes on; the worker finds nothing to do with it.
#include "../zoo.h"
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t posted = PTHREAD_COND_INITIALIZER, taken = PTHREAD_COND_INITIALIZER;
static int job = -1;
static void *work(void *arg) {
  for (;;) {
    pthread_mutex_lock(&mutex);
    while (job < 0) pthread_cond_wait(&posted, &mutex);
    job = -1;
    pthread_cond_signal(&taken);
    pthread_mutex_unlock(&mutex);
  }
  return arg;
}
int main(void) {
  int listener = listen_here(SOCK_NONBLOCK), epfd = epoll_create1(0);
  struct epoll_event events[16];
  pthread_t thread;
  for (int i = 0; i < 4; i++) pthread_create(&thread, 0, work, 0);
  watch(epfd, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == listener) {
        watch(epfd, accept4(listener, 0, 0, SOCK_NONBLOCK), EPOLLRDHUP);
        continue;
      }
      pthread_mutex_lock(&mutex);
      while (job >= 0) pthread_cond_wait(&taken, &mutex);
      job = events[i].data.fd;
      pthread_cond_signal(&posted);
      pthread_mutex_unlock(&mutex);
    }
  }
}
