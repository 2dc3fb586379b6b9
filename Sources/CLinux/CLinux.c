#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

// Swift reads epoll events in place: the layout must be the kernel's packed one.
#ifdef __x86_64__
_Static_assert(sizeof(struct epoll_event) == 12, "epoll_event is packed on x86-64");
#endif

int linux_epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeoutMilliseconds) {
  return epoll_wait(epoll, events, capacity, timeoutMilliseconds);
}

int linux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data = {.u64 = token}};
  return epoll_ctl(epoll, operation, descriptor, &event);
}

long linux_receive(int socket, void *buffer, size_t count, int flags) {
  return recv(socket, buffer, count, flags);
}

long linux_send(int socket, const void *buffer, size_t count, int flags) {
  return send(socket, buffer, count, flags | MSG_NOSIGNAL);
}

long linux_read(int descriptor, void *buffer, size_t count) {
  return read(descriptor, buffer, count);
}

long linux_write(int descriptor, const void *buffer, size_t count) {
  return write(descriptor, buffer, count);
}

long linux_splice(int from, int to, size_t count, unsigned flags) {
  return splice(from, NULL, to, NULL, count, flags);
}

int linux_close(int descriptor) { return close(descriptor); }

int linux_duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }

int linux_errno(void) { return errno; }

uint64_t linux_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t linux_wall_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec;
}

uint64_t linux_wall_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int linux_wall_clock_is_kept(void) {
  struct timex state = {.modes = 0};
  if (adjtimex(&state) < 0) return -1;
  return (state.status & STA_UNSYNC) == 0;
}

int linux_pipe(int *reading, int *writing, int bytes) {
  int ends[2];
  if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
  // Beyond pipe-user-pages-soft a user's new pipes are small ones.
  if (fcntl(ends[1], F_GETPIPE_SZ) < bytes) {
    close(ends[0]);
    close(ends[1]);
    errno = ENOBUFS;
    return -1;
  }
  *reading = ends[0];
  *writing = ends[1];
  return 0;
}

int linux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int linux_event_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int linux_signal_descriptor(const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int index = 0; index < count; index++) sigaddset(&set, signals[index]);
  int failure = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (failure != 0) {
    errno = failure;
    return -1;
  }
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int linux_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

int linux_pin_thread(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)core, &set);
  return sched_setaffinity(0, sizeof set, &set);
}

int linux_thread_processor_nanoseconds(uint64_t *nanoseconds) {
  struct timespec used;
  int result = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  if (result == 0) *nanoseconds = (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
  return result;
}

int linux_enter_network_namespace(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  int result = setns(descriptor, CLONE_NEWNET);
  int saved = errno;
  close(descriptor);
  errno = saved;
  return result;
}

int linux_has_capability(unsigned capability) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
  if (syscall(SYS_capget, &header, data) != 0) return 0;
  return (data[capability / 32].effective >> (capability % 32)) & 1u;
}

const int linux_splice_flags = SPLICE_F_NONBLOCK | SPLICE_F_MOVE;

int linux_own_descriptors(void) {
  if (unshare(CLONE_FILES) != 0) return -1;
  return (int)syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0);
}

void linux_trim_heap(void) { (void)malloc_trim(0); }
