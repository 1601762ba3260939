// Which of many is due next.
#include "firmware/port/host/due_heap.h"

#include <stdlib.h>
#include <string.h>

int due_heap_init(struct due_heap *heap, size_t count)
{
    memset(heap, 0, sizeof *heap);
    heap->count = count;
    heap->due_ms = calloc(count, sizeof *heap->due_ms);
    heap->order = calloc(count, sizeof *heap->order);
    heap->place = calloc(count, sizeof *heap->place);
    if (heap->due_ms == NULL || heap->order == NULL || heap->place == NULL) {
        due_heap_clear(heap);
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        heap->order[i] = i;
        heap->place[i] = i;
    }
    return 0;
}

void due_heap_clear(struct due_heap *heap)
{
    free(heap->due_ms);
    free(heap->order);
    free(heap->place);
    memset(heap, 0, sizeof *heap);
}

static uint64_t due_at(const struct due_heap *heap, size_t place)
{
    return heap->due_ms[heap->order[place]];
}

static void swap(struct due_heap *heap, size_t a, size_t b)
{
    size_t thing = heap->order[a];

    heap->order[a] = heap->order[b];
    heap->order[b] = thing;
    heap->place[heap->order[a]] = a;
    heap->place[heap->order[b]] = b;
}

static void sift_up(struct due_heap *heap, size_t place)
{
    while (place > 0 && due_at(heap, place) < due_at(heap, (place - 1) / 2)) {
        swap(heap, place, (place - 1) / 2);
        place = (place - 1) / 2;
    }
}

static void sift_down(struct due_heap *heap, size_t place)
{
    for (;;) {
        size_t child = 2 * place + 1;

        if (child >= heap->count)
            return;
        if (child + 1 < heap->count && due_at(heap, child + 1) < due_at(heap, child))
            child++;
        if (due_at(heap, place) <= due_at(heap, child))
            return;
        swap(heap, place, child);
        place = child;
    }
}

void due_heap_set(struct due_heap *heap, size_t thing, uint64_t due_ms)
{
    heap->due_ms[thing] = due_ms;
    sift_up(heap, heap->place[thing]);
    sift_down(heap, heap->place[thing]);
}

size_t due_heap_first(const struct due_heap *heap, uint64_t *due_ms)
{
    *due_ms = due_at(heap, 0);
    return heap->order[0];
}
