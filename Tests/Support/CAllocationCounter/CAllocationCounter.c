#include "CAllocationCounter.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

// glibc's own names for what malloc and its kin do.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

// Initial-exec: reading them must not allocate, or malloc would call itself.
static __thread bool counting __attribute__((tls_model("initial-exec")));
static __thread struct allocation_counts counts __attribute__((tls_model("initial-exec")));

#define COUNT(field) \
  if (counting) counts.field++

void *malloc(size_t size) {
  COUNT(allocations);
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  COUNT(allocations);
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  COUNT(allocations);
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  COUNT(allocations);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  COUNT(allocations);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  COUNT(allocations);
  void *fresh = __libc_memalign(alignment, size);
  if (fresh == NULL) return ENOMEM;
  *memory = fresh;
  return 0;
}

void free(void *memory) {
  if (memory != NULL) COUNT(frees);
  __libc_free(memory);
}

// The Swift runtime's hooks, and the switch without which it does not look at them.
extern void *(*_swift_retain)(void *object);
extern void *(*_swift_retain_n)(void *object, uint32_t count);
extern void *(*_swift_tryRetain)(void *object);
extern void (*_swift_release)(void *object);
extern void (*_swift_release_n)(void *object, uint32_t count);
extern bool _swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly;

static void *(*runtime_retain)(void *);
static void *(*runtime_retain_n)(void *, uint32_t);
static void *(*runtime_try_retain)(void *);
static void (*runtime_release)(void *);
static void (*runtime_release_n)(void *, uint32_t);

static void *counted_retain(void *object) {
  COUNT(retains);
  return runtime_retain(object);
}

static void *counted_retain_n(void *object, uint32_t count) {
  if (counting) counts.retains += count;
  return runtime_retain_n(object, count);
}

static void *counted_try_retain(void *object) {
  COUNT(retains);
  return runtime_try_retain(object);
}

static void counted_release(void *object) {
  COUNT(releases);
  runtime_release(object);
}

static void counted_release_n(void *object, uint32_t count) {
  if (counting) counts.releases += count;
  runtime_release_n(object, count);
}

static void install_hooks(void) {
  runtime_retain = _swift_retain;
  runtime_retain_n = _swift_retain_n;
  runtime_try_retain = _swift_tryRetain;
  runtime_release = _swift_release;
  runtime_release_n = _swift_release_n;
  _swift_retain = counted_retain;
  _swift_retain_n = counted_retain_n;
  _swift_tryRetain = counted_try_retain;
  _swift_release = counted_release;
  _swift_release_n = counted_release_n;
  // Other threads that see the switch must see the hooks too.
  __atomic_store_n(
      &_swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly, true,
      __ATOMIC_RELEASE);
}

void allocation_counter_begin(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install_hooks);
  counts = (struct allocation_counts){0};
  counting = true;
}

struct allocation_counts allocation_counter_end(void) {
  counting = false;
  return counts;
}
