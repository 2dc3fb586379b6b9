// Whole TCP conversations' worth of socket calls behind one call each, for programs that open
// thousands of connections a second.
//
// Addresses are 128 bits in two halves, most significant first, IPv4 in its mapped form: no pointer
// crosses the border.
#ifndef SALLYPORT_CLINUX_SOCKETS_H
#define SALLYPORT_CLINUX_SOCKETS_H

#include <stdint.h>

/// Close with RST and without TIME_WAIT, so that ports do not run out.
#define LINUX_CONNECTION_RESETS 1u
/// Every write is its own segment.
#define LINUX_CONNECTION_UNDELAYED 2u

/// A non-blocking TCP socket whose connect has begun; a zero source leaves the choice to the
/// kernel. The source port is chosen at connect, so one source serves as many targets as ports
/// exist.
int linux_start_connection(uint64_t sourceHigh, uint64_t sourceLow, uint64_t targetHigh,
                           uint64_t targetLow, uint16_t targetPort, unsigned options);

/// A non-blocking listening TCP socket; port 0 leaves the choice to the kernel.
int linux_listen(uint64_t high, uint64_t low, uint16_t port, int backlog);

/// The port a socket is bound to, or -1.
int linux_local_port(int socket);

/// Accepts a connection, non-blocking; fills the peer's address and port.
int linux_accept_from(int listener, uint64_t *high, uint64_t *low, uint16_t *port);

/// 1 once a started connect has completed, 0 while it has not.
int linux_is_connected(int socket);

/// The error that waits on a socket, cleared by reading it; 0 if none.
int linux_take_socket_error(int socket);

/// Ends our direction of a connection: the peer sees FIN.
int linux_finish_writing(int socket);

/// Makes the close of this socket an RST.
int linux_reset_on_close(int socket);

/// Waits for `events` (POLLIN ...) on one descriptor; returns what is ready, 0 at the timeout, -1.
int linux_wait_for(int descriptor, short events, int timeoutMilliseconds);

/// Raises the soft limit of open descriptors to `count`, the hard one too where that is allowed.
int linux_raise_descriptor_limit(unsigned long count);

#endif
