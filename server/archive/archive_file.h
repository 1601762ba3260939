#ifndef ARCHIVE_FILE_H
#define ARCHIVE_FILE_H

#include "server/archive/archive_writer.h"

// Adds a file under a name, with its mode, its time and the names of its owner and group. A link is
// not followed. ERR_NOT_FOUND, ERR_DENIED, ERR_INVALID (no regular file, or it changes meanwhile),
// ERR_IO; errors of the writer.
ERR_CHECKED int archive_file_add(
    struct archive_writer *writer, const char *name, const char *path, struct err *err);

#endif
