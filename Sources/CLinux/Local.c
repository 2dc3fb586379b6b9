#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int local_address(const char *path, struct sockaddr_un *address) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof address->sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(address->sun_path, path, length);
  return 0;
}

int linux_local_listen(const char *path, unsigned mode, int backlog) {
  struct sockaddr_un address;
  if (local_address(path, &address) != 0) return -1;
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) return -1;
  // The mode before the name: nobody may come in between.
  if (fchmod(listener, S_IRUSR | S_IWUSR) != 0 ||
      bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      chmod(path, (mode_t)mode) != 0 || listen(listener, backlog) != 0) {
    int failure = errno;
    close(listener);
    errno = failure;
    return -1;
  }
  return listener;
}

int linux_local_accept(int listener) {
  return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int linux_local_connect(const char *path) {
  struct sockaddr_un address;
  if (local_address(path, &address) != 0) return -1;
  int connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connected < 0) return -1;
  if (connect(connected, (struct sockaddr *)&address, sizeof address) != 0) {
    int failure = errno;
    close(connected);
    errno = failure;
    return -1;
  }
  return connected;
}

int linux_wait_limits(int socket, unsigned milliseconds) {
  struct timeval limit = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
  if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) return -1;
  return setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

int linux_peer_user(int socket, uint32_t *user, uint32_t *group) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
  *user = peer.uid;
  *group = peer.gid;
  return 0;
}

int linux_peer_groups(int socket, uint32_t *groups, int capacity) {
  socklen_t length = (socklen_t)((size_t)capacity * sizeof *groups);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0) return -1;
  return (int)(length / sizeof *groups);
}
