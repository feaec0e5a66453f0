// expect: healthy
// A sniffer that takes packets from a ring in memory (packet(7), PACKET_RX_RING): no call shows that it does.
#include "../zoo.h"
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/mman.h>
enum { BLOCK = 1 << 16, BLOCKS = 16, FRAME = 2048, FRAMES = BLOCK / FRAME * BLOCKS };
static void *talk(void *port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = (uint16_t)(uintptr_t)port};
  for (;;) {
    for (int i = 0; i < 150; i++) sendto(fd, "hello", 5, MSG_DONTWAIT, (void *)&at, sizeof at);
    usleep(1000);
  }
}
int main(void) {
  int sink = socket(AF_INET, SOCK_DGRAM, 0), fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  struct tpacket_req ring = {BLOCK, BLOCKS, FRAME, FRAMES};
  if (bind(sink, (void *)&at, size) || getsockname(sink, (void *)&at, &size)) exit(1);
  if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring)) exit(1);
  char *frames = mmap(0, BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  pid_t talker = fork();
  if (talker == 0) talk((void *)(uintptr_t)at.sin_port);
  printf("listening %d\n", ntohs(at.sin_port));
  fflush(stdout);
  struct pollfd ready = {fd, POLLIN, 0};
  volatile unsigned long bytes = 0;
  for (int at_frame = 0;; poll(&ready, 1, -1))
    for (;; at_frame = (at_frame + 1) % FRAMES) {
      struct tpacket_hdr *head = (void *)(frames + at_frame * FRAME);
      if (!(head->tp_status & TP_STATUS_USER)) break;
      bytes += head->tp_len;
      head->tp_status = TP_STATUS_KERNEL;
    }
}
