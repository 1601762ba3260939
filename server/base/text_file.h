#ifndef BASE_TEXT_FILE_H
#define BASE_TEXT_FILE_H

#include <stddef.h>

#include "server/base/err.h"

// Reads a whole file of at most max_bytes as text, which strlen() sees all of: ERR_INVALID if there
// is a NUL byte in it. Else as file_read(); the caller frees *out.
ERR_CHECKED int text_file_read(const char *path, size_t max_bytes, char **out, struct err *err);

#endif
