#ifndef REVOCATION_ADOPT_H
#define REVOCATION_ADOPT_H

#include "server/audit/audit_run.h"
#include "server/base/err.h"
#include "server/model/revocation_list.h"
#include "server/store/store.h"

// What a list shuts out that the database does not: the broker went by it, and the database is
// older, as it was put back from a copy.
struct revocation_adopt {
    uint64_t number;                 // to be that of the database from then on
    struct revocation_list *missing; // entries that the database lacks, or has for a hold only
    struct revocation_list *again;   // devices that both shut out: who knows when, the last time
    struct revocation_list *kept;    // devices that the database alone shuts out
    struct revocation_list *refused; // serials that are not taken, filled in by the job
};

// Compares the list that was there, which is no older, with what the database has. The caller
// clears *out. ERR_IO or ERR_NO_MEMORY.
ERR_CHECKED int revocation_adopt_find(struct store_connection *connection,
    const struct revocation_list *there, const struct revocation_list *own,
    struct revocation_adopt *out, struct err *err);
void revocation_adopt_clear(struct revocation_adopt *adopt);

// A store_job whose ctx is a revocation_adopt: takes what is missing into the database, with
// REVOCATION_REASON_LISTED, and sets the number. A serial that is somebody else's as well, by what
// the database knows, is refused: this daemon never wrote that.
ERR_CHECKED int revocation_adopt_run(
    struct store_connection *connection, void *ctx, struct err *err);

// Tells the audit log what the job has done; ctx is a revocation_adopt.
void revocation_adopt_tell(struct audit_told *told, const void *ctx);

// Names each of them in the log, up to a bound.
void revocation_adopt_log(const struct revocation_adopt *adopt);

#endif
