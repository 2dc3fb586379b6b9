#define _GNU_SOURCE
#include "CLab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int is_ipv4(uint64_t high, uint64_t low) { return high == 0 && low >> 32 == 0xffff; }

static socklen_t fill(struct sockaddr_storage *storage, uint64_t high, uint64_t low,
                      uint16_t port) {
  memset(storage, 0, sizeof *storage);
  if (is_ipv4(high, low)) {
    struct sockaddr_in *address = (struct sockaddr_in *)storage;
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    address->sin_addr.s_addr = htonl((uint32_t)low);
    return sizeof *address;
  }
  struct sockaddr_in6 *address = (struct sockaddr_in6 *)storage;
  address->sin6_family = AF_INET6;
  address->sin6_port = htons(port);
  for (int index = 0; index < 8; index++) {
    address->sin6_addr.s6_addr[index] = (uint8_t)(high >> (56 - 8 * index));
    address->sin6_addr.s6_addr[8 + index] = (uint8_t)(low >> (56 - 8 * index));
  }
  return sizeof *address;
}

static int fail_and_close(int socket) {
  int saved = errno;
  close(socket);
  errno = saved;
  return -1;
}

static int reset_on_close(int socket) {
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  return setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

int lab_start_connection(uint64_t sourceHigh, uint64_t sourceLow, uint64_t targetHigh,
                           uint64_t targetLow, uint16_t targetPort, unsigned options) {
  struct sockaddr_storage target;
  socklen_t targetLength = fill(&target, targetHigh, targetLow, targetPort);
  int one = 1;
  int descriptor = socket(target.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  if (options & LAB_CONNECTION_RESETS && reset_on_close(descriptor) != 0)
    return fail_and_close(descriptor);
  if (options & LAB_CONNECTION_UNDELAYED &&
      setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
    return fail_and_close(descriptor);
  int timeToLive = 128;
  if (options & LAB_CONNECTION_OTHER_STACK &&
      setsockopt(descriptor, IPPROTO_IP, IP_TTL, &timeToLive, sizeof timeToLive) != 0)
    return fail_and_close(descriptor);
  if (sourceHigh != 0 || sourceLow != 0) {
    struct sockaddr_storage source;
    socklen_t sourceLength = fill(&source, sourceHigh, sourceLow, 0);
    if (setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) != 0 ||
        bind(descriptor, (struct sockaddr *)&source, sourceLength) != 0)
      return fail_and_close(descriptor);
  }
  if (connect(descriptor, (struct sockaddr *)&target, targetLength) != 0 && errno != EINPROGRESS)
    return fail_and_close(descriptor);
  return descriptor;
}

int lab_listen(uint64_t high, uint64_t low, uint16_t port, int backlog) {
  struct sockaddr_storage local;
  socklen_t length = fill(&local, high, low, port);
  int one = 1;
  int descriptor = socket(local.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
      bind(descriptor, (struct sockaddr *)&local, length) != 0 || listen(descriptor, backlog) != 0)
    return fail_and_close(descriptor);
  return descriptor;
}

int lab_is_connected(int socket) {
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  return getpeername(socket, (struct sockaddr *)&peer, &length) == 0;
}

int lab_wait_for(int descriptor, short events, int timeoutMilliseconds) {
  struct pollfd watched = {.fd = descriptor, .events = events};
  int ready;
  do ready = poll(&watched, 1, timeoutMilliseconds);
  while (ready < 0 && errno == EINTR);
  return ready > 0 ? watched.revents : ready;
}

