// UDP datagrams with made-up senders: the headers are ours, from the first byte of IP on.
#define _GNU_SOURCE
#include "CLab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Datagrams count as sent when the other end of a veth has taken them: some milliseconds' worth.
static const int queued_bytes = 8 << 20;

struct forged_headers {
  union {
    struct ip v4;
    struct ip6_hdr v6;
  } network;
  struct udphdr transport;
};

int lab_open_forge(int isIPv4) {
  int descriptor = socket(isIPv4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
                          IPPROTO_RAW);
  if (descriptor < 0) return -1;
  // IPPROTO_RAW means own headers in IPv4; IPv6 wants to be told.
  int one = 1;
  if ((!isIPv4 &&
       setsockopt(descriptor, IPPROTO_IPV6, IPV6_HDRINCL, &one, sizeof one) != 0) ||
      setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &queued_bytes, sizeof queued_bytes) != 0) {
    int saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
  }
  return descriptor;
}

static void put_address(uint8_t *bytes, uint64_t high, uint64_t low) {
  for (int index = 0; index < 8; index++) {
    bytes[index] = (uint8_t)(high >> (56 - 8 * index));
    bytes[8 + index] = (uint8_t)(low >> (56 - 8 * index));
  }
}

// The sum of 16-bit words in network order; an odd last byte counts as the high half.
static uint32_t sum_words(uint32_t sum, const uint8_t *bytes, size_t count) {
  size_t index = 0;
  for (; index + 1 < count; index += 2) sum += (uint32_t)bytes[index] << 8 | bytes[index + 1];
  if (index < count) sum += (uint32_t)bytes[index] << 8;
  return sum;
}

static uint16_t checksum(const uint8_t *addresses, size_t addressBytes, const struct udphdr *udp,
                         const uint8_t *content, size_t length) {
  uint32_t sum = IPPROTO_UDP + (uint32_t)(sizeof *udp + length);
  sum = sum_words(sum, addresses, addressBytes);
  sum = sum_words(sum, (const uint8_t *)udp, sizeof *udp);
  sum = sum_words(sum, content, length);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  uint16_t folded = (uint16_t)~sum;
  return htons(folded == 0 ? 0xffff : folded);
}

// Writes the headers of one datagram; how many bytes of IP stand before UDP.
static size_t write_headers(struct forged_headers *headers, int isIPv4,
                            const struct lab_forged_datagram *datagram, uint64_t targetHigh,
                            uint64_t targetLow, uint16_t targetPort, const uint8_t *content) {
  size_t transport = sizeof headers->transport + datagram->length;
  memset(headers, 0, sizeof *headers);
  headers->transport.uh_sport = htons(datagram->sourcePort);
  headers->transport.uh_dport = htons(targetPort);
  headers->transport.uh_ulen = htons((uint16_t)transport);
  if (isIPv4) {
    struct ip *ip = &headers->network.v4;
    ip->ip_v = 4;
    ip->ip_hl = 5;
    ip->ip_len = htons((uint16_t)(sizeof *ip + transport));
    ip->ip_off = htons(IP_DF);
    ip->ip_ttl = 64;
    ip->ip_p = IPPROTO_UDP;
    ip->ip_src.s_addr = htonl((uint32_t)datagram->sourceLow);
    ip->ip_dst.s_addr = htonl((uint32_t)targetLow);
    headers->transport.uh_sum = checksum((const uint8_t *)&ip->ip_src, 8, &headers->transport,
                                         content, datagram->length);
    return sizeof *ip;
  }
  struct ip6_hdr *ip = &headers->network.v6;
  ip->ip6_flow = htonl(6u << 28);
  ip->ip6_plen = htons((uint16_t)transport);
  ip->ip6_nxt = IPPROTO_UDP;
  ip->ip6_hlim = 64;
  put_address(ip->ip6_src.s6_addr, datagram->sourceHigh, datagram->sourceLow);
  put_address(ip->ip6_dst.s6_addr, targetHigh, targetLow);
  headers->transport.uh_sum = checksum(ip->ip6_src.s6_addr, 32, &headers->transport, content,
                                       datagram->length);
  return sizeof *ip;
}

int lab_forge(int socket, uint64_t targetHigh, uint64_t targetLow, uint16_t targetPort,
              const uint8_t *store, const struct lab_forged_datagram *datagrams, unsigned count) {
  struct forged_headers headers[LAB_FORGED_MAXIMUM];
  struct iovec pieces[LAB_FORGED_MAXIMUM][3];
  struct mmsghdr messages[LAB_FORGED_MAXIMUM];
  struct sockaddr_storage target;
  int isIPv4 = targetHigh == 0 && targetLow >> 32 == 0xffff;
  socklen_t targetLength = isIPv4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
  memset(&target, 0, sizeof target);
  // No port: to a raw socket it would name a protocol.
  if (isIPv4) {
    ((struct sockaddr_in *)&target)->sin_family = AF_INET;
    ((struct sockaddr_in *)&target)->sin_addr.s_addr = htonl((uint32_t)targetLow);
  } else {
    ((struct sockaddr_in6 *)&target)->sin6_family = AF_INET6;
    put_address(((struct sockaddr_in6 *)&target)->sin6_addr.s6_addr, targetHigh, targetLow);
  }
  if (count > LAB_FORGED_MAXIMUM) count = LAB_FORGED_MAXIMUM;
  for (unsigned index = 0; index < count; index++) {
    const struct lab_forged_datagram *datagram = &datagrams[index];
    const uint8_t *content = store + datagram->offset;
    struct forged_headers *header = &headers[index];
    size_t network = write_headers(header, isIPv4, datagram, targetHigh, targetLow, targetPort,
                                   content);
    pieces[index][0] = (struct iovec){.iov_base = &header->network, .iov_len = network};
    pieces[index][1] =
        (struct iovec){.iov_base = &header->transport, .iov_len = sizeof header->transport};
    pieces[index][2] = (struct iovec){.iov_base = (void *)content, .iov_len = datagram->length};
    memset(&messages[index], 0, sizeof messages[index]);
    messages[index].msg_hdr.msg_name = &target;
    messages[index].msg_hdr.msg_namelen = targetLength;
    messages[index].msg_hdr.msg_iov = pieces[index];
    messages[index].msg_hdr.msg_iovlen = 3;
  }
  return sendmmsg(socket, messages, count, 0);
}
