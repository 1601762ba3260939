#ifndef INGEST_LINES_H
#define INGEST_LINES_H

#include <pthread.h>
#include <stdbool.h>

#include "server/base/err.h"
#include "server/ingest/hourly.h"

// Bounds the lines in the log about what comes from the broker: of each kind and device one an
// hour, and few in all of what is no device's, which takes none of theirs. Any thread.
struct ingest_lines {
    pthread_mutex_t mutex; // over both
    struct hourly *devices, *others;
};

// ERR_NO_MEMORY; clear it in any case.
ERR_CHECKED int ingest_lines_init(struct ingest_lines *lines);
void ingest_lines_clear(struct ingest_lines *lines);

// Whether a line of that kind (one word) is due.
bool ingest_lines_is_due(struct ingest_lines *lines, const char *kind, const char *mac);
bool ingest_lines_is_other_due(struct ingest_lines *lines, const char *what);

#endif
