#ifndef STORE_SHARE_H
#define STORE_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Who holds how many places of a queue, so that none fills it alone. A source may hold as many as a
// STORE_SHARE_PART-th of those that are free: one that floods gets a part of the queue, and the
// more do, the smaller the part of each, while who waits with a job or two finds a place until the
// queue is all but full. Not for several threads at once.
struct store_share;

#define STORE_SHARE_PART 8

// For a queue of at most `places`. NULL without memory.
struct store_share *store_share_new(size_t places);
void store_share_free(struct store_share *share);

// Whether the source may take one more while so many places are free, and takes it.
bool store_share_take(struct store_share *share, int64_t source, size_t free_places);

// The same, whether it may or not.
void store_share_force(struct store_share *share, int64_t source);

// Gives one back that it has taken.
void store_share_give(struct store_share *share, int64_t source);

#endif
