// Counts what one thread allocates, frees, retains and releases.
//
// Linked into a test program it takes the place of malloc and its kin, and of the Swift runtime's
// reference counting. For tests only: every call costs a few instructions more.
#ifndef SALLYPORT_CALLOCATIONCOUNTER_H
#define SALLYPORT_CALLOCATIONCOUNTER_H

#include <stdint.h>

/// What the calling thread did between begin and end.
struct allocation_counts {
  uint64_t allocations;
  uint64_t bytes;
  uint64_t frees;
  uint64_t retains;
  uint64_t releases;
};

/// Starts counting on the calling thread, from zero.
void allocation_counter_begin(void);
/// Stops counting on the calling thread and returns what was counted.
struct allocation_counts allocation_counter_end(void);

#endif
