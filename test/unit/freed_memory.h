#ifndef TEST_FREED_MEMORY_H
#define TEST_FREED_MEMORY_H

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// Looks for a secret in what is given back to free(), for a test that test/unit/unit.mk links so.
// Included once in a program.

static const void *freed_memory_sought; // NULL: nothing is
static size_t freed_memory_size;
static bool freed_memory_was_found;

// From now on, for these bytes, which are not copied.
static inline void freed_memory_start(const void *secret, size_t n)
{
    freed_memory_sought = secret;
    freed_memory_size = n;
    freed_memory_was_found = false;
}

// Ends that, and says whether they were given back.
static inline bool freed_memory_end(void)
{
    freed_memory_sought = NULL;
    return freed_memory_was_found;
}

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
void __wrap_free(void *p);
void __real_free(void *p);

void __wrap_free(void *p)
{
    if (p != NULL && freed_memory_sought != NULL &&
        memmem(p, malloc_usable_size(p), freed_memory_sought, freed_memory_size) != NULL)
        freed_memory_was_found = true;
    __real_free(p);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

#endif
