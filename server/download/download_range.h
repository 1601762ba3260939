#ifndef DOWNLOAD_RANGE_H
#define DOWNLOAD_RANGE_H

#include <stdint.h>

enum download_range_kind {
    DOWNLOAD_RANGE_WHOLE, // no range, or one that RFC 9110 allows to ignore (several, or malformed)
    DOWNLOAD_RANGE_PART,
    DOWNLOAD_RANGE_UNSATISFIABLE, // 416
};

struct download_range {
    enum download_range_kind kind;
    uint64_t offset;
    uint64_t length;
};

// Reads a Range header (RFC 9110, 14.1.2 and 14.2; NULL if absent) for a file of size bytes.
struct download_range download_range_of(const char *header, uint64_t size);

#endif
