#define _GNU_SOURCE
#include "CAllocationCounter.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#define COUNT_ALLOCATION(size) \
  if (counting) counts.allocations++, counts.bytes += (size)

void *malloc(size_t size) {
  COUNT_ALLOCATION(size);
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  COUNT_ALLOCATION(count * size);
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  COUNT_ALLOCATION(size);
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  COUNT_ALLOCATION(size);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  COUNT_ALLOCATION(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  COUNT_ALLOCATION(size);
  void *fresh = __libc_memalign(alignment, size);
  if (fresh == NULL) return ENOMEM;
  *memory = fresh;
  return 0;
}

void free(void *memory) {
  if (memory != NULL) COUNT(frees);
  __libc_free(memory);
}

// Reference counting: the runtime's entry points are taken over by name, and forward to the
// runtime. Its own hooks (`_swift_retain` and kin) are of no use: with them switched on, Swift 6.3
// clears the high bits of a reference before it looks whether they mark an immortal object, and
// retains the bytes of string literals.

#ifdef __aarch64__
// Callers count on these functions to keep all registers but a few.
#define RUNTIME_CALL __attribute__((preserve_most))
#else
#define RUNTIME_CALL
#endif

// Null and immortal objects are not counted by the runtime either.
#define COUNT_REFERENCE(field, object, amount) \
  if (counting && (intptr_t)(object) > 0) counts.field += (amount)

static void *runtime_function(void **known, const char *name) {
  void *function = __atomic_load_n(known, __ATOMIC_RELAXED);
  if (function == NULL) {
    bool was_counting = counting;
    counting = false;
    function = dlsym(RTLD_NEXT, name);
    counting = was_counting;
    __atomic_store_n(known, function, __ATOMIC_RELAXED);
  }
  return function;
}

#define RETAIN(name)                                                    \
  RUNTIME_CALL void *name(void *object) {                               \
    static void *known;                                                 \
    typedef RUNTIME_CALL void *function(void *);                        \
    COUNT_REFERENCE(retains, object, 1);                                \
    return ((function *)runtime_function(&known, #name))(object);       \
  }

#define RETAIN_MANY(name)                                               \
  RUNTIME_CALL void *name(void *object, uint32_t count) {               \
    static void *known;                                                 \
    typedef RUNTIME_CALL void *function(void *, uint32_t);              \
    COUNT_REFERENCE(retains, object, count);                            \
    return ((function *)runtime_function(&known, #name))(object, count); \
  }

#define RELEASE(name)                                                   \
  RUNTIME_CALL void name(void *object) {                                \
    static void *known;                                                 \
    typedef RUNTIME_CALL void function(void *);                         \
    COUNT_REFERENCE(releases, object, 1);                               \
    ((function *)runtime_function(&known, #name))(object);              \
  }

#define RELEASE_MANY(name)                                              \
  RUNTIME_CALL void name(void *object, uint32_t count) {                \
    static void *known;                                                 \
    typedef RUNTIME_CALL void function(void *, uint32_t);               \
    COUNT_REFERENCE(releases, object, count);                           \
    ((function *)runtime_function(&known, #name))(object, count);       \
  }

RETAIN(swift_retain)
RETAIN(swift_bridgeObjectRetain)
RETAIN_MANY(swift_retain_n)
RETAIN_MANY(swift_bridgeObjectRetain_n)
RELEASE(swift_release)
RELEASE(swift_bridgeObjectRelease)
RELEASE_MANY(swift_release_n)
RELEASE_MANY(swift_bridgeObjectRelease_n)

void allocation_counter_begin(void) {
  counts = (struct allocation_counts){0};
  counting = true;
}

struct allocation_counts allocation_counter_end(void) {
  counting = false;
  return counts;
}
