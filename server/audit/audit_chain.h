#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/audit.h"

// Rows of the audit log, each chained to the one before it. A row's hash is the SHA-256, as
// lower-case hex, of these bytes, one after the other:
//
//     "secureesp audit 1\n", then each of
//     the hash of the row before; of the first row AUDIT_CHAIN_START
//     number, at_ms, who, user, pid, verb, kind, object, forced, before, after
//
// each as a netstring: its length in bytes, in decimal, ':', the bytes, ','. Numbers are decimal,
// with '-' if negative and no leading zeros; forced is 1 or 0; texts are their bytes. So no two
// rows have the same bytes, and who changes a row changes every later hash. All hashes anew anybody
// can write who can write the database: that shows only beside an anchor that was kept elsewhere.

#define AUDIT_CHAIN_START "0000000000000000000000000000000000000000000000000000000000000000"

// The hash of a row (its own is not read) behind one with the hash `previous`.
void audit_chain_hash(const struct audit_row *row, const char *previous, char out[AUDIT_HASH_SIZE]);

// A place of the chain: the last row up to it, or number 0 and AUDIT_CHAIN_START before the first.
struct audit_anchor {
    int64_t number;
    char hash[AUDIT_HASH_SIZE];
};

// Reads and writes "NUMBER:HASH". False if it is none.
#define AUDIT_ANCHOR_SIZE (20 + AUDIT_HASH_SIZE)
bool audit_chain_parse_anchor(const char *text, struct audit_anchor *out);
void audit_chain_format_anchor(const struct audit_anchor *anchor, char out[AUDIT_ANCHOR_SIZE]);

// The rows are looked at one after the other, from the first on.
struct audit_chain {
    struct audit_anchor head;          // the last good one
    const struct audit_anchor *anchor; // NULL: none is known. Borrowed
    int64_t bad;                       // the number of the first bad row; 0 while there is none
    char reason[160];                  // what is wrong with it
};

void audit_chain_begin(struct audit_chain *chain, const struct audit_anchor *anchor);

// Takes the next row. False if it is bad, or one before it was: nothing more is looked at then.
bool audit_chain_take(struct audit_chain *chain, const struct audit_row *row);

// After the last row. False if a row was bad, or the anchor's is not there: the tail is cut off.
bool audit_chain_end(struct audit_chain *chain);

#endif
