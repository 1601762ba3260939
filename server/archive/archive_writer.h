#ifndef ARCHIVE_WRITER_H
#define ARCHIVE_WRITER_H

#include <stddef.h>

#include "server/archive/archive_list.h"
#include "server/base/sink.h"

// Writes a backup: a tar archive that says of itself what is in it (archive_list.h).
struct archive_writer;

// Writes the first member. All functions: ERR_NO_MEMORY, errors of the sink.
ERR_CHECKED int archive_writer_open(const struct archive_about *about, const struct sink *to,
    struct archive_writer **out, struct err *err);

// One member: its header, its bytes in pieces, its end. ERR_INVALID if it may not have that name,
// or the pieces are not as many bytes as the header says.
ERR_CHECKED int archive_writer_begin(
    struct archive_writer *writer, const struct tar_header *header, struct err *err);
ERR_CHECKED int archive_writer_add(
    struct archive_writer *writer, const void *p, size_t n, struct err *err);
ERR_CHECKED int archive_writer_end_member(struct archive_writer *writer, struct err *err);

// The last member, and the end.
ERR_CHECKED int archive_writer_finish(struct archive_writer *writer, struct err *err);

// NULL is allowed.
void archive_writer_free(struct archive_writer *writer);

#endif
