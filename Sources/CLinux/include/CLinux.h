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

/// The compiler may count on this call to neither lock nor allocate.
#define LINUX_NO_LOCKS __attribute__((swift_attr("@_noLocks")))
/// The pointer that the call returns is never null.
#define LINUX_NEVER_NULL __attribute__((returns_nonnull))

LINUX_NO_LOCKS int linux_epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeoutMilliseconds);
LINUX_NO_LOCKS int linux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
LINUX_NO_LOCKS long linux_receive(int socket, void *buffer, size_t count, int flags);
LINUX_NO_LOCKS long linux_send(int socket, const void *buffer, size_t count, int flags);
LINUX_NO_LOCKS long linux_read(int descriptor, void *buffer, size_t count);
LINUX_NO_LOCKS long linux_write(int descriptor, const void *buffer, size_t count);
LINUX_NO_LOCKS long linux_splice(int from, int to, size_t count, unsigned flags);
LINUX_NO_LOCKS int linux_close(int descriptor);
/// Another descriptor for the same thing, closed on exec.
int linux_duplicate(int descriptor);
LINUX_NO_LOCKS int linux_errno(void);
/// Monotonic nanoseconds, and seconds and nanoseconds of the wall clock.
LINUX_NO_LOCKS uint64_t linux_monotonic_nanoseconds(void);
LINUX_NO_LOCKS uint64_t linux_wall_seconds(void);
LINUX_NO_LOCKS uint64_t linux_wall_nanoseconds(void);
/// 1 if something keeps the wall clock right, 0 if nothing does; -1 with `errno` set.
int linux_wall_clock_is_kept(void);

/// An address for the kernel: 128 bits as two big-endian words (IPv4 mapped) and a port in host order.
struct linux_endpoint {
  uint64_t high;
  uint64_t low;
  uint16_t port;
};

/// Accepts as non-blocking and close-on-exec; the peer's address goes to `peer`.
LINUX_NO_LOCKS int linux_accept(int listener, struct linux_endpoint *peer);
/// The local address of a socket: behind TPROXY the one that the peer connected to.
LINUX_NO_LOCKS int linux_local_endpoint(int socket, struct linux_endpoint *local);
/// Starts a connection to `router`; from `source` (transparent; any port when that is 0) with `mark`
/// unless `source` is null. The descriptor, connecting or connected; -1 with `errno` set.
LINUX_NO_LOCKS int linux_dial(const struct linux_endpoint *router, const struct linux_endpoint *source, uint32_t mark);
/// Gives the calling thread descriptors of its own: the standard three, and those that it opens.
int linux_own_descriptors(void);
/// Opens the kernel's socket diagnosis (sock_diag(7)) of this thread's network namespace.
int linux_diagnosis(void);
/// Whether this host holds a TCP connection between `local` and `remote`, of whatever process and in
/// whatever state: 1 or 0, also where the kernel has no diagnosis of TCP; -1 with `errno` set.
LINUX_NO_LOCKS int linux_has_connection(int diagnosis, const struct linux_endpoint *local, const struct linux_endpoint *remote);
/// A TCP socket that listens, and the kernel's number of it.
struct linux_listener {
  struct linux_endpoint local;
  uint32_t inode;
};
/// The TCP listeners of one family: how many; -1 with `errno` set, EOVERFLOW when they are more than
/// `capacity`. The socket is of no use after that.
int linux_listeners(int diagnosis, int isIPv4, struct linux_listener *found, int capacity);
/// The pending error of a socket, cleared by the call; 0 when connected.
LINUX_NO_LOCKS int linux_socket_error(int socket);
LINUX_NO_LOCKS int linux_shutdown_sending(int socket);
/// Makes the next close send a reset, which leaves nothing behind in this host.
LINUX_NO_LOCKS int linux_reset_on_close(int socket);
/// Lets the kernel wake the loop only when so many bytes are there.
LINUX_NO_LOCKS int linux_receive_low_water(int socket, int bytes);
/// Forgets a connection without telling the peer: by repair mode where allowed, else by a reset that
/// does not live past the first hop.
LINUX_NO_LOCKS int linux_forget(int socket);
LINUX_NO_LOCKS int linux_no_delay(int socket);
/// Copies the IP and TCP headers of the SYN that made `socket`; how many bytes, 0 when none were
/// saved. The kernel keeps them until the first such call.
LINUX_NO_LOCKS long linux_saved_syn(int socket, void *buffer, size_t capacity);
/// The smoothed round trip of an accepted socket in microseconds; -1 with `errno` set.
LINUX_NO_LOCKS long linux_round_trip_microseconds(int socket);

/// 0 if nobody listens on `local`, not even as one of a reuseport group; -1 with `errno` set.
int linux_check_free(const struct linux_endpoint *local);
/// A listening socket on `local`, reuseport; transparent when diverted connections are to reach it.
int linux_listen(const struct linux_endpoint *local, int transparent, int backlog);
/// Lets the kernel keep the first packet of each connection of `listener`, for `linux_saved_syn`.
int linux_save_syn(int listener);
/// Steers connections over a reuseport group by source network (/24, /48), mixed with `secret`.
int linux_steer_by_network(int listener, int isIPv4, uint32_t shards, uint32_t secret);
/// Raises the soft limit of descriptors to `wanted` or the hard limit; what it is then.
uint64_t linux_raise_descriptor_limit(uint64_t wanted);
/// Gives the kernel back what the heap keeps and does not use; walks every arena (malloc_trim(3)).
void linux_trim_heap(void);

/// A datagram that was received: its two ends, and where its bytes lie.
struct linux_datagram {
  struct linux_endpoint source;
  /// Where the sender meant it to go; all zero when the kernel did not say.
  struct linux_endpoint destination;
  const uint8_t *bytes;
  uint32_t length;
  /// 1 if it was longer than its slot.
  uint32_t isTruncated;
};

/// Memory for datagrams of one receiving call, allocated once; null without memory.
struct linux_incoming;
struct linux_incoming *linux_incoming_make(unsigned capacity, size_t slotBytes);
void linux_incoming_free(struct linux_incoming *incoming);
/// Receives what is there, without waiting; how many, or -1.
LINUX_NO_LOCKS int linux_receive_datagrams(int socket, struct linux_incoming *incoming);
/// The datagrams of the last call, as many as it returned.
LINUX_NO_LOCKS LINUX_NEVER_NULL const struct linux_datagram *linux_incoming_datagrams(const struct linux_incoming *incoming);

/// Memory for packets of one sending call, each with a packet mark; null without memory.
struct linux_outgoing;
struct linux_outgoing *linux_outgoing_make(unsigned capacity, size_t slotBytes);
void linux_outgoing_free(struct linux_outgoing *outgoing);
/// Where the packet at `index` is to be written.
LINUX_NO_LOCKS LINUX_NEVER_NULL uint8_t *linux_outgoing_bytes(struct linux_outgoing *outgoing, unsigned index);
/// Makes the `length` bytes at `index` a packet to the host of `to`.
LINUX_NO_LOCKS void linux_outgoing_set(struct linux_outgoing *outgoing, unsigned index, size_t length,
                                       const struct linux_endpoint *to, uint32_t mark);
/// Sends `count` packets from `first` on, without waiting; how many went before one failed, or -1.
LINUX_NO_LOCKS int linux_send_datagrams(int socket, struct linux_outgoing *outgoing, unsigned first,
                                        unsigned count);

/// A UDP socket on `local`; with the original destinations of diverted datagrams, or reuseport.
int linux_datagram_socket(const struct linux_endpoint *local, int isDiverted, int sharesPort);
/// A UDP socket that speaks with `remote` alone.
LINUX_NO_LOCKS int linux_datagram_dial(const struct linux_endpoint *remote);
/// Room for datagrams that wait, beyond the host's maximum where that is allowed.
int linux_receive_memory(int socket, int bytes);
/// Drops datagrams whose payload has less than `least` or more than `most` bytes.
int linux_accept_lengths(int socket, uint32_t least, uint32_t most);
LINUX_NO_LOCKS long linux_send_to(int socket, const void *buffer, size_t count, const struct linux_endpoint *to);
/// A socket for packets that bring their own IP header.
int linux_raw_socket(int isIPv4);

/// A pipe that holds `bytes`; fails with ENOBUFS when the kernel gives none so large.
LINUX_NO_LOCKS int linux_pipe(int *reading, int *writing, int bytes);
int linux_epoll_create(void);
int linux_event_descriptor(void);
int linux_signal_descriptor(const int *signals, int count);
int linux_pin_thread(int core);
int linux_name_thread(const char *name);
int linux_thread_processor_nanoseconds(uint64_t *nanoseconds);
int linux_enter_network_namespace(const char *path);
/// 1 if this thread holds the capability in its effective set, else 0.
int linux_has_capability(unsigned capability);

/// A listening Unix socket at `path`, which must be free, with the file mode `mode`.
int linux_local_listen(const char *path, unsigned mode, int backlog);
/// Accepts as non-blocking and close-on-exec.
int linux_local_accept(int listener);
/// A connection to the Unix socket at `path`, blocking.
int linux_local_connect(const char *path);
/// Lets no read or write of `socket` block for longer.
int linux_wait_limits(int socket, unsigned milliseconds);
/// Who the other end of a Unix socket was when it connected (SO_PEERCRED).
int linux_peer_user(int socket, uint32_t *user, uint32_t *group);
/// The other groups that it was in (SO_PEERGROUPS); how many.
int linux_peer_groups(int socket, uint32_t *groups, int capacity);

extern const int linux_splice_flags;

#endif
