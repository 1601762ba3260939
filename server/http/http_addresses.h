#ifndef HTTP_ADDRESSES_H
#define HTTP_ADDRESSES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "server/base/err.h"
#include "server/http/http_crowd.h"

// How many connections each client's address has, in bounds; of IPv6 each network of 64 bits is one
// address. Any thread. (libmicrohttpd has such a bound too, but tells nobody whom it turned away.)
struct http_addresses;
struct http_address; // of one or more connections

// Is asked when an address has max_per_address: whether so many of its crowd are about to leave, if
// need be since it saw to that. It must not call this module.
typedef bool http_addresses_make_room(struct http_crowd *crowd, unsigned leaving, void *ctx);

// Is called while a connection is dropped: it leaves its crowd. Nobody is added meanwhile, who
// would find it among the connections and no more among those that leave, and end another. It must
// not call this module.
typedef void http_addresses_leave(void *member, void *ctx);

ERR_CHECKED int http_addresses_new(unsigned max_per_address, http_addresses_make_room *make_room,
    http_addresses_leave *leave, void *ctx, struct http_addresses **out);
void http_addresses_free(struct http_addresses *addresses);

// Adds a connection. If its address has too many, others of it make room; of those that are on
// their way out there are at most as many again. NULL if there is no memory, or none can: that is
// counted. Both are logged, each once a second at most.
struct http_address *http_addresses_add(
    struct http_addresses *addresses, const struct sockaddr *address);
// member: for http_addresses_leave(); NULL if it has joined no crowd.
void http_addresses_drop(
    struct http_addresses *addresses, struct http_address *address, void *member);

// The connections of an address, until the last is dropped.
struct http_crowd *http_addresses_crowd(struct http_address *address);

// Writes it for people: IPv4 as 192.0.2.1, too, where it came by a socket of IPv6.
#define HTTP_ADDRESS_TEXT_SIZE 46
void http_addresses_format(const struct sockaddr *address, char out[HTTP_ADDRESS_TEXT_SIZE]);

// The same of who is at the other end of a connected socket; of a Unix socket its user, as
// "uid 1000".
void http_addresses_format_peer(int fd, char out[HTTP_ADDRESS_TEXT_SIZE]);

// The same of its network, by which it is counted: of IPv6 as "2001:db8::/64".
void http_addresses_format_network(int fd, char out[HTTP_ADDRESS_TEXT_SIZE]);

uint64_t http_addresses_count_refused(struct http_addresses *addresses);

#endif
