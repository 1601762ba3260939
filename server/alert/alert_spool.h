#ifndef ALERT_SPOOL_H
#define ALERT_SPOOL_H

#include "server/store/store.h"

// From notes to files that become mails. A file is written before it counts as written: who is
// killed in between writes it once more, under the same name.

struct alert_spool {
    const char *folder; // or NULL: nothing is mailed
    const char *kinds;  // of which kinds; "": all
    int64_t per_hour;
};

// Writes what is due, and how far that is into the database. ERR_NO_MEMORY, ERR_IO, ERR_DENIED.
ERR_CHECKED int alert_spool_run(
    const struct alert_spool *spool, struct store *store, int64_t now_ms, struct err *err);

// Writes a file about what the database cannot keep.
struct alert_note;
ERR_CHECKED int alert_spool_write(const struct alert_spool *spool, const char *name,
    const struct alert_note *note, struct err *err);

#endif
