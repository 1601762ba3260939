#ifndef HOURLY_H
#define HOURLY_H

#include <stdbool.h>
#include <stdint.h>

// Remembers what was logged within the last hour (devices, topics, by their text), in a table of
// fixed size: while it is full of recent ones, further ones are not logged at all. Not thread-safe.
struct hourly;

// NULL if there is no memory.
struct hourly *hourly_new(void);
void hourly_free(struct hourly *hourly); // NULL is allowed

// Whether that is to be logged now; if so, it counts as logged. now_ms is monotonic.
bool hourly_is_due(struct hourly *hourly, const char *key, int64_t now_ms);

#endif
