// The Linux calls that Swift's Glibc overlay does not show.
//
// Kernel headers only: `_GNU_SOURCE` is defined in the .c file alone, since defining it here makes
// names such as `bind` and `connect` ambiguous in Swift. Wrappers carry the prefix `linux_` and
// return what the call returns: the value, or -1 with `errno` set.
#ifndef SALLYPORT_CLINUX_H
#define SALLYPORT_CLINUX_H

#include <linux/filter.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include "CLinuxSockets.h"

/// The compiler may count on this call to neither lock nor allocate.
#define LINUX_NO_LOCKS __attribute__((swift_attr("@_noLocks")))

LINUX_NO_LOCKS int linux_accept4(int socket, struct sockaddr_storage *peer, uint32_t *length);
LINUX_NO_LOCKS int linux_epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeoutMilliseconds);
LINUX_NO_LOCKS int linux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
LINUX_NO_LOCKS long linux_receive(int socket, void *buffer, size_t count, int flags);
LINUX_NO_LOCKS long linux_send(int socket, const void *buffer, size_t count, int flags);
LINUX_NO_LOCKS long linux_write(int descriptor, const void *buffer, size_t count);
LINUX_NO_LOCKS long linux_splice(int from, int to, size_t count, unsigned flags);
LINUX_NO_LOCKS int linux_close(int descriptor);
LINUX_NO_LOCKS int linux_errno(void);
/// Monotonic nanoseconds, and seconds of the wall clock.
LINUX_NO_LOCKS uint64_t linux_monotonic_nanoseconds(void);
LINUX_NO_LOCKS uint64_t linux_wall_seconds(void);

int linux_pipe(int descriptors[2]);
int linux_set_pipe_size(int descriptor, int bytes);
int linux_epoll_create(void);
int linux_event_descriptor(void);
int linux_signal_descriptor(const int *signals, int count);
int linux_pin_thread(int core);
int linux_thread_processor_nanoseconds(uint64_t *nanoseconds);
int linux_enter_network_namespace(const char *path);
/// 1 if this thread holds the capability in its effective set, else 0.
int linux_has_capability(unsigned capability);

extern const int linux_splice_flags;

#endif
