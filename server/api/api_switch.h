#ifndef API_SWITCH_H
#define API_SWITCH_H

#include <stdbool.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/model/audit.h"

// A request that switches something of a device on or off.
struct api_switch {
    char mac[MAC_SIZE];
    bool on;
    bool forced; // false where there is no such parameter
    struct audit_author by;
};

// Reads one. by is set also after an error; ERR_INVALID.
ERR_CHECKED int api_switch_read(
    const struct http_request *request, struct api_switch *out, struct err *err);

#endif
