// The fixed memory of a deployed device.
#include "test/deployed/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#define ALIGNMENT 8

static alignas(ALIGNMENT) uint8_t memory[ARENA_SIZE];
static size_t taken;    // from the start
static size_t borrowed; // from the end
static size_t high_water;

// Rounds up; 0 if it does not fit.
static size_t room_for(size_t n)
{
    size_t rounded = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

    if (n == 0 || n > ARENA_SIZE || rounded > ARENA_SIZE - taken - borrowed)
        return 0;
    return rounded;
}

static void note_high_water(void)
{
    if (taken + borrowed > high_water)
        high_water = taken + borrowed;
}

void *arena_take(size_t n)
{
    size_t room = room_for(n);
    uint8_t *p = memory + taken;

    if (room == 0)
        return NULL;
    taken += room;
    note_high_water();
    return memset(p, 0, room);
}

size_t arena_mark(void)
{
    return taken;
}

void arena_release(size_t mark)
{
    explicit_bzero(memory + mark, taken - mark);
    taken = mark;
}

void *arena_borrow(size_t n)
{
    size_t room = room_for(n);

    if (room == 0)
        return NULL;
    borrowed += room;
    note_high_water();
    return memset(memory + ARENA_SIZE - borrowed, 0, room);
}

void arena_return(void)
{
    explicit_bzero(memory + ARENA_SIZE - borrowed, borrowed);
    borrowed = 0;
}

size_t arena_high_water(void)
{
    return high_water;
}
