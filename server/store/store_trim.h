#ifndef STORE_TRIM_H
#define STORE_TRIM_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/pace.h"

struct store_connection;

// When the writer gives back the memory that batches took. malloc keeps it, in pieces between the
// pages of SQLite's cache, so these go with it. All zero at the start; of one thread.
struct store_trim {
    uint64_t jobs; // since it was done last
    struct pace pace;
};

#define STORE_TRIM_JOBS 10000    // after fewer it is not worth reading the pages anew
#define STORE_TRIM_IDLE_MS 250   // when nothing comes for so long, there is time for it
#define STORE_TRIM_BUSY_MS 60000 // else it is done so seldom

void store_trim_add(struct store_trim *trim, uint64_t jobs);
bool store_trim_is_worth(const struct store_trim *trim);

// Between two batches: whether it is to be done although more is to come.
bool store_trim_is_overdue(struct store_trim *trim);

void store_trim_run(struct store_trim *trim, struct store_connection *connection);

#endif
