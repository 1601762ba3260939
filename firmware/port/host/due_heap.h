#ifndef FIRMWARE_PORT_HOST_DUE_HEAP_H
#define FIRMWARE_PORT_HOST_DUE_HEAP_H

#include <stddef.h>
#include <stdint.h>

#define DUE_HEAP_NEVER UINT64_MAX

// Which of count things is due next: a binary heap, so that thousands cost little.
struct due_heap {
    size_t count;
    uint64_t *due_ms; // of each thing
    size_t *order;    // the heap: numbers of things
    size_t *place;    // of each thing in order
};

// All are due at once. Returns 0, or -1 without memory.
int due_heap_init(struct due_heap *heap, size_t count);
void due_heap_clear(struct due_heap *heap);

// Sets when a thing is due.
void due_heap_set(struct due_heap *heap, size_t thing, uint64_t due_ms);

// The thing that is due first, and when; count must not be 0.
size_t due_heap_first(const struct due_heap *heap, uint64_t *due_ms);

#endif
