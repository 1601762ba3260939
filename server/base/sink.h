#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stddef.h>

#include "server/base/err.h"

// Where bytes go, piece by piece, in order. write() returns 0 or an error, after which nothing more
// is written.
struct sink {
    int (*write)(const void *p, size_t n, void *ctx, struct err *err);
    void *ctx;
};

#endif
