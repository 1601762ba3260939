#ifndef ARCHIVE_READER_H
#define ARCHIVE_READER_H

#include <stddef.h>

#include "server/archive/archive_list.h"
#include "server/archive/tar_header.h"
#include "server/base/err.h"

// Reads a backup (archive_writer.h), and nothing else that tar knows: plain files whose names stay
// below a folder, the first and the last member where they belong, each file as the last says.
struct archive_reader;

#define ARCHIVE_READER_MANIFEST_MAX ((size_t)512 * 1024 * 1024)

// What is found, in order; the first and the last member are not. What comes is only known to be as
// it was made once archive_reader_end() has said so. Each returns 0, or an error, which ends it.
struct archive_reader_events {
    int (*about)(const struct archive_about *about, void *ctx, struct err *err);
    int (*begin)(const struct tar_header *header, void *ctx, struct err *err);
    int (*add)(const void *p, size_t n, void *ctx, struct err *err);
    int (*end)(void *ctx, struct err *err);
    void *ctx;
};

// ERR_NO_MEMORY.
ERR_CHECKED int archive_reader_open(
    const struct archive_reader_events *events, struct archive_reader **out, struct err *err);

// As a sink's, with the reader as ctx. ERR_INVALID with what is wrong, errors of the events.
ERR_CHECKED int archive_reader_write(const void *p, size_t n, void *ctx, struct err *err);

// After the last byte: ERR_INVALID unless a whole backup was read.
ERR_CHECKED int archive_reader_end(const struct archive_reader *reader, struct err *err);

// The members that were read so far, but for the last.
const struct archive_list *archive_reader_list(const struct archive_reader *reader);

// NULL is allowed.
void archive_reader_free(struct archive_reader *reader);

#endif
