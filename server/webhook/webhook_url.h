#ifndef WEBHOOK_URL_H
#define WEBHOOK_URL_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/model/webhook.h"

#define WEBHOOK_URL_HOST_SIZE 254

struct webhook_url {
    bool has_tls;
    char host[WEBHOOK_URL_HOST_SIZE];        // an IPv6 address without its brackets
    char origin[WEBHOOK_URL_HOST_SIZE + 24]; // what of it is no secret: "https://host:8443"
};

// Reads a URL (RFC 3986), of which less is taken than there is: http or https in lower case, a host
// of letters, digits, '-' and '.', or an address; printable ASCII without quotes, '\' and '#'; no
// user. Nothing of it but the origin stands in messages. ERR_INVALID.
ERR_CHECKED int webhook_url_parse(const char *text, struct webhook_url *out, struct err *err);

#endif
