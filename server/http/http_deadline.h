#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include <stdint.h>

#include "server/base/err.h"

// Deadlines of connections. libmicrohttpd's own time-out begins anew with each byte, so a client
// that sends one byte a second would hold its place for ever; these end whatever the client does.
struct http_deadlines;
struct http_deadline; // of one connection

// Starts the thread that ends connections that are late.
ERR_CHECKED int http_deadline_start(struct http_deadlines **out);
void http_deadline_stop(struct http_deadlines *deadlines);

// Watches a socket from now on, for whoever it belongs to (any number that tells one from another);
// NULL without memory. It must be dropped before the socket is closed.
struct http_deadline *http_deadline_add(
    struct http_deadlines *deadlines, int fd, int64_t in_ms, uint64_t owner);
void http_deadline_set(
    struct http_deadlines *deadlines, struct http_deadline *deadline, int64_t in_ms);
void http_deadline_drop(struct http_deadlines *deadlines, struct http_deadline *deadline);

// Makes room: of the connections of the owner that has most of them, ends the one whose deadline
// comes first, as that of the one that has been idle longest does. So nobody takes another's place
// who has more places himself.
void http_deadline_end_first(struct http_deadlines *deadlines);

// How many were late so far, and how many are watched now.
void http_deadline_count(struct http_deadlines *deadlines, uint64_t *late, uint64_t *open);

#endif
