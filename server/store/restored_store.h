#ifndef RESTORED_STORE_H
#define RESTORED_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/store/store.h"

// A database that was put back from a copy, while the fleet went on.

// Whether it bears the mark of a copy (store_copy.h) still.
ERR_CHECKED int restored_store_is_marked(
    struct store_connection *connection, bool *out, struct err *err);

// What was done of it.
struct restored_store_facts {
    int64_t made_at_ms; // when the copy was, by the audit log; 0: it does not say
    int64_t commands;   // that were under way, and ended
};

// Takes it over, and the mark away: numbers of commands and events that may have been given since
// are given to nothing else; commands that were under way end, since they may have been done and
// none is done twice; nobody is handed a key, or let in by an open window, that may have been used
// up. One transaction is to hold all of it.
ERR_CHECKED int restored_store_adopt(struct store_connection *connection, int64_t now_ms,
    struct restored_store_facts *out, struct err *err);

#endif
