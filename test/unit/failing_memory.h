#ifndef TEST_FAILING_MEMORY_H
#define TEST_FAILING_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// Allocations that fail when they are told to, for a test that test/unit/unit.mk links so. Included
// once in a program.

static long failing_memory_left;  // allocations until the one that fails; 0: none does
static bool failing_memory_stays; // and so do all after it

// The n-th allocation from now on fails, and no other.
static inline void failing_memory_start(long n)
{
    failing_memory_left = n;
}

// It and all that come after it.
static inline void failing_memory_run_out(long n)
{
    failing_memory_left = n;
    failing_memory_stays = true;
}

// Ends that, and says whether one has failed.
static inline bool failing_memory_end(void)
{
    bool failed = failing_memory_left <= 0;

    failing_memory_left = 0;
    failing_memory_stays = false;
    return failed;
}

static inline bool failing_memory_fails(void)
{
    if (failing_memory_left > 0)
        failing_memory_left--;
    else if (!failing_memory_stays)
        return false;
    if (failing_memory_left > 0)
        return false;
    errno = ENOMEM;
    return true;
}

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

void *__wrap_malloc(size_t size)
{
    return failing_memory_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return failing_memory_fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return failing_memory_fails() ? NULL : __real_realloc(p, size);
}

char *__wrap_strdup(const char *s)
{
    return failing_memory_fails() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t n)
{
    return failing_memory_fails() ? NULL : __real_strndup(s, n);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

// malloc() for libraries that let one choose it.
static inline void *failing_memory_malloc(size_t size)
{
    return __wrap_malloc(size);
}

#endif
