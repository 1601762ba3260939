#ifndef WEBHOOK_ADDRESS_H
#define WEBHOOK_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Which addresses are the Internet's, by the special-purpose registries of IANA (RFC 6890).

// An IP address: IPv4 as in ::ffff:0:0/96 (RFC 4291, 2.5.5.2).
struct webhook_address {
    uint8_t bytes[16];
};

struct sockaddr;

// False if it is neither IPv4 nor IPv6, or too short.
bool webhook_address_from(const struct sockaddr *address, size_t size, struct webhook_address *out);

// Reads an address as inet_pton(3) does.
bool webhook_address_parse(const char *text, struct webhook_address *out);

bool webhook_address_is_loopback(const struct webhook_address *address);

// Whether the first `bits` of both are the same.
bool webhook_address_begins(
    const struct webhook_address *address, const uint8_t prefix[16], unsigned bits);

// What it is if it is none of the Internet's, as "private (RFC 1918)"; else NULL. Of an address
// that leads to an IPv4 one (NAT64, 6to4) that one is judged too.
const char *webhook_address_refuse(const struct webhook_address *address);

#endif
