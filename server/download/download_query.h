#ifndef DOWNLOAD_QUERY_H
#define DOWNLOAD_QUERY_H

#include "common/image_name.h"
#include "server/base/err.h"

// Reads the value of firmware.bin's query curimage, percent-decoded; NULL if it is absent.
// ERR_INVALID, and *out untouched, with what the client is told in *reason (static text).
ERR_CHECKED int download_query_curimage(
    const char *value, struct image_name *out, const char **reason);

#endif
