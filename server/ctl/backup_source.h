#ifndef CTL_BACKUP_SOURCE_H
#define CTL_BACKUP_SOURCE_H

#include "server/archive/archive_reader.h"
#include "server/base/err.h"

// A backup's file.
struct backup_source {
    const char *path;
    const char *passphrase; // "" or NULL: none is given
    const char *doing;      // what progress calls it, as "verifying"
};

// Whether a file is one of age: 1 or 0, or an error of opening it.
ERR_CHECKED int backup_source_is_encrypted(const char *path, struct err *err);

// Reads all of it and tells of what it holds: encrypted or not. What was told is only known to be
// whole when this returns 0. ERR_INVALID with what is wrong, ERR_DENIED (the passphrase, or it was
// changed), ERR_IO, errors of the events.
ERR_CHECKED int backup_source_read(const struct backup_source *source,
    const struct archive_reader_events *events, struct err *err);

#endif
