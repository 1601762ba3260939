#ifndef HTTP_ADDRESSES_H
#define HTTP_ADDRESSES_H

#include <stdint.h>
#include <sys/socket.h>

#include "server/base/err.h"

// How many connections each client's address has, in bounds; of IPv6 each network of 64 bits is one
// address. Any thread. (libmicrohttpd has such a bound too, but tells nobody whom it turned away.)
struct http_addresses;
struct http_address; // of one or more connections

ERR_CHECKED int http_addresses_new(unsigned max_per_address, struct http_addresses **out);
void http_addresses_free(struct http_addresses *addresses);

// Adds a connection. NULL if there is no memory, or the address has too many: that is counted, and
// logged once a second at most.
struct http_address *http_addresses_add(
    struct http_addresses *addresses, const struct sockaddr *address);
void http_addresses_drop(struct http_addresses *addresses, struct http_address *address);

// Writes it for people: IPv4 as 192.0.2.1, too, where it came by a socket of IPv6.
#define HTTP_ADDRESS_TEXT_SIZE 46
void http_addresses_format(const struct sockaddr *address, char out[HTTP_ADDRESS_TEXT_SIZE]);

// The same of who is at the other end of a connected socket; of a Unix socket its user, as
// "uid 1000".
void http_addresses_format_peer(int fd, char out[HTTP_ADDRESS_TEXT_SIZE]);

uint64_t http_addresses_count_refused(struct http_addresses *addresses);

#endif
