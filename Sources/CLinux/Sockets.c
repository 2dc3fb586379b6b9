#define _GNU_SOURCE
#include "CLinux.h"
#include "SocketSupport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int linux_accept(int listener, struct linux_endpoint *peer) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  int accepted = accept4(listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) from_kernel(&address, peer);
  return accepted;
}

int linux_local_endpoint(int socket, struct linux_endpoint *local) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(socket, (struct sockaddr *)&address, &length) != 0) return -1;
  from_kernel(&address, local);
  return 0;
}

static int bind_transparent(int dialled, int isIPv4, const struct linux_endpoint *source, uint32_t mark) {
  struct sockaddr_storage address;
  socklen_t length = to_kernel(source, &address);
  int transparent = isIPv4 ? set(dialled, SOL_IP, IP_TRANSPARENT, 1)
                           : set(dialled, SOL_IPV6, IPV6_TRANSPARENT, 1);
  if (transparent != 0) return -1;
  if (set(dialled, SOL_SOCKET, SO_MARK, (int)mark) != 0) return -1;
  if (source->port == 0 && set(dialled, SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1) != 0) return -1;
  return bind(dialled, (struct sockaddr *)&address, length);
}

int linux_dial(const struct linux_endpoint *router, const struct linux_endpoint *source, uint32_t mark) {
  int isIPv4 = is_mapped(router);
  int dialled = socket(isIPv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (dialled < 0) return -1;
  if (set(dialled, IPPROTO_TCP, TCP_NODELAY, 1) != 0) return close_failed(dialled);
  if (source && bind_transparent(dialled, isIPv4, source, mark) != 0) return close_failed(dialled);
  struct sockaddr_storage address;
  socklen_t length = to_kernel(router, &address);
  if (connect(dialled, (struct sockaddr *)&address, length) != 0 && errno != EINPROGRESS)
    return close_failed(dialled);
  return dialled;
}

int linux_socket_error(int socket) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
  return error;
}

int linux_shutdown_sending(int socket) { return shutdown(socket, SHUT_WR); }

int linux_reset_on_close(int socket) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  return setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

int linux_receive_low_water(int socket, int bytes) {
  return set(socket, SOL_SOCKET, SO_RCVLOWAT, bytes);
}

int linux_forget(int socket) {
  if (set(socket, IPPROTO_TCP, TCP_REPAIR, 1) == 0) return 0;
  set(socket, SOL_IP, IP_TTL, 1);
  set(socket, SOL_IPV6, IPV6_UNICAST_HOPS, 1);
  return linux_reset_on_close(socket);
}

int linux_save_syn(int listener) { return set(listener, IPPROTO_TCP, TCP_SAVE_SYN, 1); }

long linux_saved_syn(int socket, void *buffer, size_t capacity) {
  socklen_t length = (socklen_t)capacity;
  if (getsockopt(socket, IPPROTO_TCP, TCP_SAVED_SYN, buffer, &length) != 0) return -1;
  return (long)length;
}

long linux_round_trip_microseconds(int socket) {
  struct tcp_info info;
  socklen_t length = offsetof(struct tcp_info, tcpi_rttvar);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return -1;
  return length == offsetof(struct tcp_info, tcpi_rttvar) ? (long)info.tcpi_rtt : -1;
}

int linux_no_delay(int socket) { return set(socket, IPPROTO_TCP, TCP_NODELAY, 1); }

int linux_check_free(const struct linux_endpoint *local) {
  struct sockaddr_storage address;
  socklen_t length = to_kernel(local, &address);
  int probe = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return -1;
  if (!is_mapped(local) && set(probe, SOL_IPV6, IPV6_V6ONLY, 1) != 0) return close_failed(probe);
  if (set(probe, SOL_SOCKET, SO_REUSEADDR, 1) != 0) return close_failed(probe);
  if (bind(probe, (struct sockaddr *)&address, length) != 0) return close_failed(probe);
  return close(probe);
}

int linux_listen(const struct linux_endpoint *local, int transparent, int backlog) {
  int isIPv4 = is_mapped(local);
  int listener = socket(isIPv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) return -1;
  if (!isIPv4 && set(listener, SOL_IPV6, IPV6_V6ONLY, 1) != 0) return close_failed(listener);
  if (set(listener, SOL_SOCKET, SO_REUSEADDR, 1) != 0) return close_failed(listener);
  if (set(listener, SOL_SOCKET, SO_REUSEPORT, 1) != 0) return close_failed(listener);
  // Accepted sockets inherit it: one call for the listener instead of one a connection.
  if (set(listener, IPPROTO_TCP, TCP_NODELAY, 1) != 0) return close_failed(listener);
  if (transparent) {
    int done = isIPv4 ? set(listener, SOL_IP, IP_TRANSPARENT, 1)
                      : set(listener, SOL_IPV6, IPV6_TRANSPARENT, 1);
    if (done != 0) return close_failed(listener);
  }
  struct sockaddr_storage address;
  socklen_t length = to_kernel(local, &address);
  if (bind(listener, (struct sockaddr *)&address, length) != 0) return close_failed(listener);
  if (listen(listener, backlog) != 0) return close_failed(listener);
  return listener;
}

int linux_steer_by_network(int listener, int isIPv4, uint32_t shards, uint32_t secret) {
  uint32_t source = SKF_NET_OFF + (isIPv4 ? 12 : 8);
  // IPv4: the first 24 bits. IPv6: the first 48, folded into 32. Then mixed, so that nobody outside
  // can tell which networks share a shard.
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, isIPv4 ? source : source + 2),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, isIPv4 ? 0xffffff00u : 0xffffffffu),
      BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, secret),
      BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 0x9e3779b1u),
      BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
      BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, shards),
      BPF_STMT(BPF_RET | BPF_A, 0),
  };
  struct sock_fprog code = {.len = sizeof program / sizeof program[0], .filter = program};
  return setsockopt(listener, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &code, sizeof code);
}

uint64_t linux_raise_descriptor_limit(uint64_t wanted) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  struct rlimit higher = {.rlim_cur = wanted, .rlim_max = limit.rlim_max < wanted ? wanted : limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &higher) == 0) return wanted;
  higher.rlim_max = limit.rlim_max;
  higher.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
  if (setrlimit(RLIMIT_NOFILE, &higher) == 0) return higher.rlim_cur;
  return limit.rlim_cur;
}
