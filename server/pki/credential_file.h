#ifndef PKI_CREDENTIAL_FILE_H
#define PKI_CREDENTIAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "server/base/err.h"

#define CREDENTIAL_FILE_SECRET 0600
#define CREDENTIAL_FILE_PUBLIC 0644

// Writes a key or certificate. No moment shows it to more than mode does, or, with force, than the
// file does that it replaces: a service goes on reading its key. Without force an existing file is
// left alone: ERR_CONFLICT. Lasting only after credential_file_sync().
ERR_CHECKED int credential_file_write(
    const char *path, const char *text, mode_t mode, bool force, struct err *err);

// ERR_CONFLICT if the path exists.
ERR_CHECKED int credential_file_is_free(const char *path, struct err *err);

// Makes everything written below a folder durable, at once for any number of files.
ERR_CHECKED int credential_file_sync(const char *folder, struct err *err);

#endif
