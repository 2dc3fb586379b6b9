// What the socket calls share: endpoints as the kernel's addresses, and options that are numbers.
#ifndef SALLYPORT_SOCKET_SUPPORT_H
#define SALLYPORT_SOCKET_SUPPORT_H

#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define MAPPED_PREFIX 0xffffull

static inline int is_mapped(const struct linux_endpoint *endpoint) {
  return endpoint->high == 0 && endpoint->low >> 32 == MAPPED_PREFIX;
}

static inline uint64_t load_big_endian(const uint8_t *bytes) {
  uint64_t value = 0;
  for (int index = 0; index < 8; index++) value = value << 8 | bytes[index];
  return value;
}

static inline void store_big_endian(uint8_t *bytes, uint64_t value) {
  for (int index = 7; index >= 0; index--, value >>= 8) bytes[index] = (uint8_t)value;
}

static inline void from_kernel(const struct sockaddr_storage *address, struct linux_endpoint *endpoint) {
  if (address->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    endpoint->high = 0;
    endpoint->low = MAPPED_PREFIX << 32 | ntohl(v4->sin_addr.s_addr);
    endpoint->port = ntohs(v4->sin_port);
  } else {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    endpoint->high = load_big_endian(v6->sin6_addr.s6_addr);
    endpoint->low = load_big_endian(v6->sin6_addr.s6_addr + 8);
    endpoint->port = ntohs(v6->sin6_port);
  }
}

static inline socklen_t to_kernel(const struct linux_endpoint *endpoint, struct sockaddr_storage *address) {
  memset(address, 0, sizeof *address);
  if (is_mapped(endpoint)) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    v4->sin_family = AF_INET;
    v4->sin_addr.s_addr = htonl((uint32_t)endpoint->low);
    v4->sin_port = htons(endpoint->port);
    return sizeof *v4;
  }
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
  v6->sin6_family = AF_INET6;
  store_big_endian(v6->sin6_addr.s6_addr, endpoint->high);
  store_big_endian(v6->sin6_addr.s6_addr + 8, endpoint->low);
  v6->sin6_port = htons(endpoint->port);
  return sizeof *v6;
}

static inline int set(int socket, int level, int name, int value) {
  return setsockopt(socket, level, name, &value, sizeof value);
}

static inline int close_failed(int socket) {
  int saved = errno;
  close(socket);
  errno = saved;
  return -1;
}

#endif
