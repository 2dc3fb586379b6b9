#define _GNU_SOURCE
#include "CLinux.h"
#include "SocketSupport.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stddef.h>

// TCP_LISTEN of <netinet/tcp.h>, which clashes with the kernel's headers.
#define STATE_LISTEN 10

int linux_diagnosis(void) {
  return socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

static void write_address(const struct linux_endpoint *endpoint, int isIPv4, __be32 *address, __be16 *port) {
  struct sockaddr_storage kernel;
  to_kernel(endpoint, &kernel);
  if (isIPv4) {
    memcpy(address, &((struct sockaddr_in *)&kernel)->sin_addr, sizeof(struct in_addr));
  } else {
    memcpy(address, &((struct sockaddr_in6 *)&kernel)->sin6_addr, sizeof(struct in6_addr));
  }
  *port = htons(endpoint->port);
}

int linux_has_connection(int diagnosis, const struct linux_endpoint *local, const struct linux_endpoint *remote) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 question;
  } request;
  memset(&request, 0, sizeof request);
  int isIPv4 = is_mapped(remote);
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.question.sdiag_family = isIPv4 ? AF_INET : AF_INET6;
  request.question.sdiag_protocol = IPPROTO_TCP;
  request.question.idiag_states = ~0u;
  struct inet_diag_sockid *between = &request.question.id;
  write_address(local, isIPv4, between->idiag_src, &between->idiag_sport);
  write_address(remote, isIPv4, between->idiag_dst, &between->idiag_dport);
  between->idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  between->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  if (send(diagnosis, &request, sizeof request, MSG_DONTWAIT) < 0) return -1;
  // What does not fit is not read: the answer's beginning says all.
  struct {
    struct nlmsghdr header;
    struct inet_diag_msg found;
  } answer;
  ssize_t count = recv(diagnosis, &answer, sizeof answer, MSG_DONTWAIT);
  if (count < 0) return -1;
  if ((size_t)count < sizeof answer || answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return 0;
  // Where there is no connection, the kernel tells of a listener.
  return answer.found.idiag_state != STATE_LISTEN;
}
