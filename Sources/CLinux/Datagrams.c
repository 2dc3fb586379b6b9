#define _GNU_SOURCE
#include "CLinux.h"
#include "SocketSupport.h"

#include <linux/in6.h>
#include <stdlib.h>
#include <sys/uio.h>

#define UDP_HEADER_BYTES 8

// The original destination is the only control message that is asked for.
union incoming_control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(struct sockaddr_in6))];
};

struct linux_incoming {
  unsigned capacity;
  // Headers that the last call used, which the next must make whole again.
  unsigned used;
  struct mmsghdr *messages;
  struct iovec *pieces;
  struct sockaddr_storage *sources;
  union incoming_control *controls;
  struct linux_datagram *datagrams;
  uint8_t *bytes;
};

union outgoing_control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(uint32_t))];
};

struct linux_outgoing {
  unsigned capacity;
  size_t slotBytes;
  struct mmsghdr *messages;
  struct iovec *pieces;
  struct sockaddr_storage *destinations;
  union outgoing_control *controls;
  uint8_t *bytes;
};

void linux_incoming_free(struct linux_incoming *incoming) {
  if (!incoming) return;
  free(incoming->messages);
  free(incoming->pieces);
  free(incoming->sources);
  free(incoming->controls);
  free(incoming->datagrams);
  free(incoming->bytes);
  free(incoming);
}

struct linux_incoming *linux_incoming_make(unsigned capacity, size_t slotBytes) {
  struct linux_incoming *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->capacity = capacity;
  made->used = capacity;
  made->messages = calloc(capacity, sizeof *made->messages);
  made->pieces = calloc(capacity, sizeof *made->pieces);
  made->sources = calloc(capacity, sizeof *made->sources);
  made->controls = calloc(capacity, sizeof *made->controls);
  made->datagrams = calloc(capacity, sizeof *made->datagrams);
  made->bytes = calloc(capacity, slotBytes);
  if (!made->messages || !made->pieces || !made->sources || !made->controls || !made->datagrams ||
      !made->bytes) {
    linux_incoming_free(made);
    return NULL;
  }
  for (unsigned index = 0; index < capacity; index++) {
    made->pieces[index].iov_base = made->bytes + index * slotBytes;
    made->pieces[index].iov_len = slotBytes;
    made->datagrams[index].bytes = made->bytes + index * slotBytes;
    struct msghdr *header = &made->messages[index].msg_hdr;
    header->msg_name = &made->sources[index];
    header->msg_iov = &made->pieces[index];
    header->msg_iovlen = 1;
    header->msg_control = &made->controls[index];
  }
  return made;
}

static void read_original_destination(struct msghdr *header, struct linux_endpoint *destination) {
  memset(destination, 0, sizeof *destination);
  for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
    int isIPv4 = part->cmsg_level == SOL_IP && part->cmsg_type == IP_ORIGDSTADDR;
    int isIPv6 = part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_ORIGDSTADDR;
    if (!isIPv4 && !isIPv6) continue;
    struct sockaddr_storage address;
    memset(&address, 0, sizeof address);
    memcpy(&address, CMSG_DATA(part),
           isIPv4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
    from_kernel(&address, destination);
  }
}

int linux_receive_datagrams(int socket, struct linux_incoming *incoming) {
  for (unsigned index = 0; index < incoming->used; index++) {
    struct msghdr *header = &incoming->messages[index].msg_hdr;
    header->msg_namelen = sizeof incoming->sources[index];
    header->msg_controllen = sizeof incoming->controls[index];
    header->msg_flags = 0;
  }
  incoming->used = 0;
  int count = recvmmsg(socket, incoming->messages, incoming->capacity, MSG_DONTWAIT, NULL);
  if (count <= 0) return count;
  incoming->used = (unsigned)count;
  for (unsigned index = 0; index < incoming->used; index++) {
    struct msghdr *header = &incoming->messages[index].msg_hdr;
    struct linux_datagram *datagram = &incoming->datagrams[index];
    from_kernel(&incoming->sources[index], &datagram->source);
    read_original_destination(header, &datagram->destination);
    datagram->length = incoming->messages[index].msg_len;
    datagram->isTruncated = (header->msg_flags & MSG_TRUNC) != 0;
  }
  return count;
}

const struct linux_datagram *linux_incoming_datagrams(const struct linux_incoming *incoming) {
  return incoming->datagrams;
}

void linux_outgoing_free(struct linux_outgoing *outgoing) {
  if (!outgoing) return;
  free(outgoing->messages);
  free(outgoing->pieces);
  free(outgoing->destinations);
  free(outgoing->controls);
  free(outgoing->bytes);
  free(outgoing);
}

struct linux_outgoing *linux_outgoing_make(unsigned capacity, size_t slotBytes) {
  struct linux_outgoing *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->capacity = capacity;
  made->slotBytes = slotBytes;
  made->messages = calloc(capacity, sizeof *made->messages);
  made->pieces = calloc(capacity, sizeof *made->pieces);
  made->destinations = calloc(capacity, sizeof *made->destinations);
  made->controls = calloc(capacity, sizeof *made->controls);
  made->bytes = calloc(capacity, slotBytes);
  if (!made->messages || !made->pieces || !made->destinations || !made->controls || !made->bytes) {
    linux_outgoing_free(made);
    return NULL;
  }
  for (unsigned index = 0; index < capacity; index++) {
    made->pieces[index].iov_base = made->bytes + index * slotBytes;
    struct msghdr *header = &made->messages[index].msg_hdr;
    header->msg_name = &made->destinations[index];
    header->msg_iov = &made->pieces[index];
    header->msg_iovlen = 1;
    header->msg_control = &made->controls[index];
    header->msg_controllen = sizeof made->controls[index];
    struct cmsghdr *mark = &made->controls[index].header;
    mark->cmsg_level = SOL_SOCKET;
    mark->cmsg_type = SO_MARK;
    mark->cmsg_len = CMSG_LEN(sizeof(uint32_t));
  }
  return made;
}

uint8_t *linux_outgoing_bytes(struct linux_outgoing *outgoing, unsigned index) {
  return outgoing->bytes + index * outgoing->slotBytes;
}

void linux_outgoing_set(struct linux_outgoing *outgoing, unsigned index, size_t length,
                        const struct linux_endpoint *to, uint32_t mark) {
  // A raw IPv6 socket takes the port for a protocol's number.
  struct linux_endpoint host = {.high = to->high, .low = to->low, .port = 0};
  struct msghdr *header = &outgoing->messages[index].msg_hdr;
  header->msg_namelen = to_kernel(&host, &outgoing->destinations[index]);
  outgoing->pieces[index].iov_len = length;
  memcpy(CMSG_DATA(&outgoing->controls[index].header), &mark, sizeof mark);
}

int linux_send_datagrams(int socket, struct linux_outgoing *outgoing, unsigned first, unsigned count) {
  return sendmmsg(socket, outgoing->messages + first, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int make_transparent(int socket, int isIPv4) {
  if (isIPv4) {
    if (set(socket, SOL_IP, IP_TRANSPARENT, 1) != 0) return -1;
    return set(socket, SOL_IP, IP_RECVORIGDSTADDR, 1);
  }
  if (set(socket, SOL_IPV6, IPV6_TRANSPARENT, 1) != 0) return -1;
  return set(socket, SOL_IPV6, IPV6_RECVORIGDSTADDR, 1);
}

int linux_datagram_socket(const struct linux_endpoint *local, int isDiverted, int sharesPort) {
  int isIPv4 = is_mapped(local);
  int made = socket(isIPv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return -1;
  if (!isIPv4 && set(made, SOL_IPV6, IPV6_V6ONLY, 1) != 0) return close_failed(made);
  if (sharesPort && set(made, SOL_SOCKET, SO_REUSEPORT, 1) != 0) return close_failed(made);
  if (isDiverted && make_transparent(made, isIPv4) != 0) return close_failed(made);
  struct sockaddr_storage address;
  socklen_t length = to_kernel(local, &address);
  if (bind(made, (struct sockaddr *)&address, length) != 0) return close_failed(made);
  return made;
}

int linux_datagram_dial(const struct linux_endpoint *remote) {
  struct sockaddr_storage address;
  socklen_t length = to_kernel(remote, &address);
  int made = socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return -1;
  if (connect(made, (struct sockaddr *)&address, length) != 0) return close_failed(made);
  return made;
}

int linux_receive_memory(int socket, int bytes) {
  if (set(socket, SOL_SOCKET, SO_RCVBUFFORCE, bytes) == 0) return 0;
  return set(socket, SOL_SOCKET, SO_RCVBUF, bytes);
}

int linux_accept_lengths(int socket, uint32_t least, uint32_t most) {
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, UDP_HEADER_BYTES + least, 0, 2),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, UDP_HEADER_BYTES + most, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffffu),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog code = {.len = sizeof program / sizeof program[0], .filter = program};
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &code, sizeof code);
}

long linux_send_to(int socket, const void *buffer, size_t count, const struct linux_endpoint *to) {
  struct sockaddr_storage address;
  socklen_t length = to_kernel(to, &address);
  return sendto(socket, buffer, count, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
                length);
}

int linux_raw_socket(int isIPv4) {
  int made = socket(isIPv4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW);
  if (made < 0) return -1;
  int done = isIPv4 ? set(made, SOL_IP, IP_HDRINCL, 1) : set(made, SOL_IPV6, IPV6_HDRINCL, 1);
  return done == 0 ? made : close_failed(made);
}
