// A `/run` of one thread's own, for tests that stand in for a system service.
#ifndef SALLYPORT_CPRIVATEMOUNTS_H
#define SALLYPORT_CPRIVATEMOUNTS_H

/// Gives the calling thread a mount namespace of its own with an empty `/run`.
///
/// Returns 0, or -1 with `errno` set: it takes root. The thread should end afterwards.
int private_mounts_enter(void);

/// Makes another folder look empty to a thread that has entered; the same, -1 with `errno` set.
int private_mounts_cover(const char *folder);

#endif
