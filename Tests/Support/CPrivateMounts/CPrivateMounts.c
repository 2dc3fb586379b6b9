#define _GNU_SOURCE
#include "CPrivateMounts.h"

#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

int private_mounts_enter(void) {
  if (unshare(CLONE_FS | CLONE_NEWNS) != 0) return -1;
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
  return private_mounts_cover("/run");
}

int private_mounts_cover(const char *folder) {
  return mount("none", folder, "tmpfs", 0, "size=64m");
}
