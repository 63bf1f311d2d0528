// Tells ThreadSanitizer of Swift's Mutex, by LD_PRELOAD. Its fast path is atomics that are compiled into our code, which the sanitizer sees; where
// threads wait for each other, the lock goes through the kernel (futex LOCK_PI) from inside libswiftSynchronization, which is built without the
// sanitizer: what two threads do under one lock would look like a race.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// Where the process has no sanitizer, there is nobody to tell.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

// _MutexHandle._lockSlow(UInt32) and _MutexHandle._unlockSlow(), as Swift 6.3 names them.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK_SLOW);

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found) return found;
    fprintf(stderr, "swift_mutex.c: libswiftSynchronization has no %s\n", name);
    abort();
}

SWIFT void lock_slow(uint32_t thread, SELF) {
    SWIFT void (*original)(uint32_t, SELF) = (SWIFT void (*)(uint32_t, SELF))next(LOCK_SLOW);
    original(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT void unlock_slow(SELF) {
    SWIFT void (*original)(SELF) = (SWIFT void (*)(SELF))next(UNLOCK_SLOW);
    if (__tsan_release) __tsan_release(self);
    original(self);
}
