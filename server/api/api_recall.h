#ifndef API_RECALL_H
#define API_RECALL_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"

#define API_RECALL_MAX 1000 // commands and devices together

// What a POST /commands/cancel asks for.
struct api_recall {
    size_t id_count;
    size_t mac_count;
    int64_t ids[API_RECALL_MAX];
    char macs[API_RECALL_MAX][MAC_SIZE]; // canonical
};

// Reads {"ids": [ID...], "macs": [MAC...]}, at least one in all, into *out; what is in that after
// an error is of no use. ERR_INVALID.
ERR_CHECKED int api_recall_decode(
    const uint8_t *p, size_t n, struct api_recall *out, struct err *err);

#endif
