#ifndef CTL_SECRET_FILE_H
#define CTL_SECRET_FILE_H

#include <stddef.h>

#include "server/base/err.h"

// Reads a secret that stands in the first line of a file, without its end. ERR_INVALID if that line
// is empty, has size bytes or more, or a NUL; else as file_read(). out is written only on success;
// the caller wipes it.
ERR_CHECKED int secret_file_read(const char *path, char *out, size_t size, struct err *err);

// The same, of standard input if path is "-", which is asked for where that is a terminal: question
// as secret_prompt_read(). ERR_INVALID also if its line is empty, ERR_IO if there is none; out is
// wiped then.
ERR_CHECKED int secret_file_take(
    const char *path, const char *question, char *out, size_t size, struct err *err);

#endif
