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

struct question {
  struct nlmsghdr header;
  struct inet_diag_req_v2 body;
};

static void begin_question(struct question *question, int isIPv4, uint16_t flags, uint32_t states) {
  memset(question, 0, sizeof *question);
  question->header.nlmsg_len = sizeof *question;
  question->header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question->header.nlmsg_flags = NLM_F_REQUEST | flags;
  question->body.sdiag_family = isIPv4 ? AF_INET : AF_INET6;
  question->body.sdiag_protocol = IPPROTO_TCP;
  question->body.idiag_states = states;
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
  struct question request;
  int isIPv4 = is_mapped(remote);
  begin_question(&request, isIPv4, 0, ~0u);
  struct inet_diag_sockid *between = &request.body.id;
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

static void read_local(const struct inet_diag_msg *message, struct linux_endpoint *local) {
  struct sockaddr_storage kernel;
  memset(&kernel, 0, sizeof kernel);
  kernel.ss_family = message->idiag_family;
  if (message->idiag_family == AF_INET) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)&kernel;
    memcpy(&v4->sin_addr, message->id.idiag_src, sizeof v4->sin_addr);
    v4->sin_port = message->id.idiag_sport;
  } else {
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&kernel;
    memcpy(&v6->sin6_addr, message->id.idiag_src, sizeof v6->sin6_addr);
    v6->sin6_port = message->id.idiag_sport;
  }
  from_kernel(&kernel, local);
}

int linux_listeners(int diagnosis, int isIPv4, struct linux_listener *found, int capacity) {
  struct question request;
  begin_question(&request, isIPv4, NLM_F_DUMP, 1u << STATE_LISTEN);
  if (send(diagnosis, &request, sizeof request, MSG_DONTWAIT) < 0) return -1;
  // The kernel fills at most 32 KiB at a time, and has the next part ready when one is read.
  _Alignas(struct nlmsghdr) char part[32768];
  int count = 0;
  for (;;) {
    ssize_t length = recv(diagnosis, part, sizeof part, MSG_DONTWAIT);
    if (length < 0) return -1;
    for (struct nlmsghdr *header = (struct nlmsghdr *)part; NLMSG_OK(header, length);
         header = NLMSG_NEXT(header, length)) {
      if (header->nlmsg_type == NLMSG_DONE) return count;
      if (header->nlmsg_type == NLMSG_ERROR) {
        errno = EOPNOTSUPP;
        return -1;
      }
      if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg))) continue;
      if (count == capacity) {
        errno = EOVERFLOW;
        return -1;
      }
      const struct inet_diag_msg *message = NLMSG_DATA(header);
      read_local(message, &found[count].local);
      found[count++].inode = message->idiag_inode;
    }
  }
}
