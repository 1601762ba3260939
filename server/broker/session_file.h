#ifndef SESSION_FILE_H
#define SESSION_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "server/base/err.h"
#include "server/broker/session_record.h"

// The file of whose client identifiers are, which outlives the broker: a first line, and then
// records in the order in which they were written. A later one takes the place of one of the same
// name or of the same identifier.

// Bytes: four times what 100,000 records of the usual bounds take at most.
#define SESSION_FILE_MAX ((size_t)128 * 1024 * 1024)

struct session_file_content {
    size_t lines;     // records, good or not
    size_t bad_count; // of them that are none, or are cut off: they are left out
    size_t first_bad; // the number of the first of those in the file
};

// Calls visit for each record. A file that is missing or empty has none. ERR_CONFLICT if it is
// another program's file, by its first line; else as file_read().
ERR_CHECKED int session_file_read(const char *path,
    void (*visit)(const struct session_record *record, void *ctx), void *ctx,
    struct session_file_content *content, struct err *err);

// Adds one at the end of a file that is there. It survives a power cut once this returns 0; if not,
// a part of it may stand there: then the file is to be written anew. ERR_NOT_FOUND, ERR_DENIED or
// ERR_IO.
ERR_CHECKED int session_file_append(
    const char *path, const struct session_record *record, struct err *err);

// Writes it anew with those that print() writes into a stream by session_record_print(). As
// file_replace(), or ERR_NO_MEMORY.
ERR_CHECKED int session_file_replace(const char *path, void (*print)(FILE *stream, const void *ctx),
    const void *ctx, struct err *err);

#endif
