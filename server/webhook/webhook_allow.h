#ifndef WEBHOOK_ALLOW_H
#define WEBHOOK_ALLOW_H

#include "server/base/err.h"
#include "server/webhook/webhook_address.h"

// To which addresses beside the Internet's webhooks may be sent.

#define WEBHOOK_ALLOW_MAX 32

struct webhook_allow {
    struct {
        uint8_t prefix[16];
        unsigned bits; // of 128
    } networks[WEBHOOK_ALLOW_MAX];
    size_t count;
};

// Reads networks, as "192.168.1.0/24 fd00:1::/64", with spaces between them; "": none. An address
// alone is a network of one. ERR_INVALID: one is none, has bits behind its prefix, or there are too
// many.
ERR_CHECKED int webhook_allow_parse(const char *text, struct webhook_allow *out, struct err *err);

// Why nothing is sent there, or NULL. Without TLS it has to be this machine itself, and among the
// networks.
const char *webhook_allow_refuse(
    const struct webhook_allow *allow, const struct webhook_address *address, bool has_tls);

#endif
