// The heap and its gauge. The linker sends every malloc() here first, the library's own, too
// (--wrap).
#include "firmware/port/lx106/board/heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#define BLOCK_HEADER 4u // bytes that the allocator keeps before each block

extern char _heap_start[];
extern char _heap_end[];

// Read from outside, too: `make bench-firmware` prints them.
size_t heap_used;
size_t heap_peak;
char *heap_top = _heap_start;

void *sbrk(ptrdiff_t n);
void *__real_malloc(size_t n);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

void *sbrk(ptrdiff_t n)
{
    char *old = heap_top;

    if (n > _heap_end - heap_top) {
        errno = ENOMEM;
        return (void *)-1; // NOLINT(performance-no-int-to-ptr): what sbrk(2) returns
    }
    heap_top += n;
    return old;
}

static size_t size_of(void *p)
{
    return p == NULL ? 0 : malloc_usable_size(p) + BLOCK_HEADER;
}

static void *add(void *p, size_t n)
{
    heap_used += n;
    if (heap_used > heap_peak)
        heap_peak = heap_used;
    return p;
}

void *__wrap_malloc(size_t n)
{
    void *p = __real_malloc(n);

    return add(p, size_of(p));
}

// calloc() needs no counting: it calls malloc(). So does realloc(), and free(), if it has to move.
void *__wrap_realloc(void *p, size_t n)
{
    size_t before = size_of(p);
    void *moved = __real_realloc(p, n);

    if (moved == p && p != NULL)
        add(p, size_of(p) - before);
    return moved;
}

void __wrap_free(void *p)
{
    heap_used -= size_of(p);
    __real_free(p);
}

size_t heap_free(void)
{
    return (uintptr_t)_heap_end - (uintptr_t)_heap_start - heap_used;
}
