#ifndef METRICS_TALLY_H
#define METRICS_TALLY_H

#include <stdint.h>

#include "server/store/store.h"

// What has happened since the daemon started, counted as it is asked for: of the rows that have
// come since the last time. Rows go with their device, or at their age; what was counted stays.
struct metrics_tally;

// Counts from now on. ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int metrics_tally_open(
    struct store *store, struct metrics_tally **out, struct err *err);
void metrics_tally_close(struct metrics_tally *tally); // NULL is allowed

// Kinds that nobody knows are one, "other": else whoever speaks could make as many as he likes.
#define METRICS_TALLY_OTHER "other"

// For each kind of event; then for each command and result, as "firmware" and "ok".
struct metrics_tally_visitor {
    void (*event)(const char *kind, int64_t count, void *ctx);
    void (*command)(const char *command, const char *result, int64_t count, void *ctx);
    void *ctx;
};

// Of more than METRICS_TALLY_EVENTS events that have come since the last time the rest is counted
// the next time. A command is counted when it has ended, unless METRICS_TALLY_COMMANDS newer ones
// were given by then. Any thread. Errors of the store.
#define METRICS_TALLY_EVENTS 50000
#define METRICS_TALLY_COMMANDS 10000
ERR_CHECKED int metrics_tally_read(
    struct metrics_tally *tally, const struct metrics_tally_visitor *visitor, struct err *err);

#endif
