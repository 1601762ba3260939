#ifndef OPERATOR_ORIGIN_H
#define OPERATOR_ORIGIN_H

#include <stdbool.h>

// Whether a request that changes something comes from a page of this server's own, as far as a
// browser says so by headers that pages cannot set; NULL: there is no such header.
struct operator_origin {
    const char *site;   // Sec-Fetch-Site
    const char *origin; // Origin (RFC 6454, 7)
    const char *host;   // Host
};

// must_say: it is refused, too, if neither says anything. For what a browser sends by itself.
bool operator_origin_is_own(const struct operator_origin *from, bool must_say);

#endif
