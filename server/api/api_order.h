#ifndef API_ORDER_H
#define API_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/api/api_filter.h"
#include "server/base/err.h"

#define API_ORDER_NAME_SIZE 64 // longer than any command's

// What a POST /commands asks for.
struct api_order {
    bool all;                       // every device,
    struct api_filter filter;       // or those that meet all of it, if there is any;
    char mac[MAC_SIZE];             // else this one, canonical; "" with the two above
    char name[API_ORDER_NAME_SIZE]; // of the command: any text, cut if longer
    bool force;
};

// Reads {"mac": MAC | "all": true | "filters": [TEXT...], "command": NAME, "force": BOOLEAN}.
// ERR_INVALID or ERR_NO_MEMORY, and *out untouched.
ERR_CHECKED int api_order_decode(
    const uint8_t *p, size_t n, struct api_order *out, struct err *err);

void api_order_clear(struct api_order *order);

#endif
