#ifndef HOURLY_H
#define HOURLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Remembers what was logged within the last hour (devices, topics, by their text), in a table of
// fixed size: while it is full of recent ones, further ones are not logged at all. Not thread-safe.
struct hourly;

// Of so many lines in an hour at most, a power of 2 from 16 on. NULL if there is no memory.
struct hourly *hourly_new(size_t lines);
void hourly_free(struct hourly *hourly); // NULL is allowed

// Whether that is to be logged now; if so, it counts as logged. now_ms is monotonic.
bool hourly_is_due(struct hourly *hourly, const char *key, int64_t now_ms);

#endif
