// Whole TCP conversations' worth of socket calls behind one call each, for programs that open
// thousands of connections a second.
//
// Addresses are 128 bits in two halves, most significant first, IPv4 in its mapped form: no pointer
// crosses the border.
#ifndef SALLYPORT_CLAB_H
#define SALLYPORT_CLAB_H

#include <stdint.h>

/// Close with RST and without TIME_WAIT, so that ports do not run out.
#define LAB_CONNECTION_RESETS 1u
/// Every write is its own segment.
#define LAB_CONNECTION_UNDELAYED 2u
/// Packets begin with a time to live of 128: the first one then looks like another stack's.
#define LAB_CONNECTION_OTHER_STACK 4u

/// A non-blocking TCP socket whose connect has begun; a zero source leaves the choice to the
/// kernel. The source port is chosen at connect, so one source serves as many targets as ports
/// exist.
int lab_start_connection(uint64_t sourceHigh, uint64_t sourceLow, uint64_t targetHigh,
                         uint64_t targetLow, uint16_t targetPort, unsigned options);

/// A non-blocking listening TCP socket; port 0 leaves the choice to the kernel.
int lab_listen(uint64_t high, uint64_t low, uint16_t port, int backlog);

/// 1 once a started connect has completed, 0 while it has not.
int lab_is_connected(int socket);

/// One datagram with a made-up sender; its content is `length` bytes of a store, from `offset` on.
struct lab_forged_datagram {
  uint64_t sourceHigh;
  uint64_t sourceLow;
  uint32_t offset;
  uint16_t length;
  uint16_t sourcePort;
};

/// Most datagrams of one call.
#define LAB_FORGED_MAXIMUM 64u

/// A non-blocking raw socket for datagrams of one family, with room for many of them on their way.
int lab_open_forge(int isIPv4);

/// Sends up to LAB_FORGED_MAXIMUM UDP datagrams of the socket's family to one target, each from the
/// sender it names. How many the kernel took; -1 when it took none.
int lab_forge(int socket, uint64_t targetHigh, uint64_t targetLow, uint16_t targetPort,
              const uint8_t *store, const struct lab_forged_datagram *datagrams, unsigned count);

/// Waits for `events` (POLLIN ...) on one descriptor; returns what is ready, 0 at the timeout, -1.
int lab_wait_for(int descriptor, short events, int timeoutMilliseconds);

#endif
