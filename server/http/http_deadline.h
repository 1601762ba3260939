#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/http/http_crowd.h"

// Deadlines of connections. libmicrohttpd's own time-out begins anew with each byte, so a client
// that sends one byte a second would hold its place for ever; these end whatever the client does.
struct http_deadlines;
struct http_deadline; // of one connection

// Starts the thread that ends connections that are late; one that has asked nothing, and sent what
// the server has not read yet, has grace_ms more. An answer is late, too, if the client has
// acknowledged fewer bytes of it than so many each second, of which the first grace_ms are not
// counted; 0 sets no such bound.
ERR_CHECKED int http_deadline_start(
    unsigned bytes_per_second, int64_t grace_ms, struct http_deadlines **out);
void http_deadline_stop(struct http_deadlines *deadlines);

// Watches a socket from now on, for whoever it belongs to (any number that tells one from another),
// in the crowd of its address, if that has one; NULL without memory. It must be dropped before the
// socket is closed and the crowd is gone.
struct http_deadline *http_deadline_add(struct http_deadlines *deadlines, int fd, int64_t in_ms,
    uint64_t owner, struct http_crowd *crowd);
void http_deadline_set(struct http_deadlines *deadlines, struct http_deadline *deadline,
    enum http_crowd_phase phase, int64_t in_ms);
void http_deadline_drop(struct http_deadlines *deadlines, struct http_deadline *deadline);

// The answer begins, which may take so long: from now on it must go on, too.
void http_deadline_answer(
    struct http_deadlines *deadlines, struct http_deadline *deadline, int64_t in_ms);

// Makes room: of the connections of the owner that has most of them, ends the one whose deadline
// comes first, as that of the one that has been idle longest does. So nobody takes another's place
// who has more places himself.
void http_deadline_end_first(struct http_deadlines *deadlines);

// Make room among all, for so many at once, by the members of that crowd that http_crowd.h names,
// and in that order; but none while many are about to leave, and of those that are idle one, if
// none is. How many leave.
unsigned http_deadline_end_unheard(struct http_deadlines *deadlines, unsigned at_once);
unsigned http_deadline_end_old(struct http_deadlines *deadlines, unsigned at_once, int64_t min_ms);
unsigned http_deadline_end_newer(struct http_deadlines *deadlines, unsigned at_once);

// The same among the newer ones of the address that has most of those that have asked nothing, if
// they are a crowd. Whoever shares no address with a crowd finds a place, and keeps it, whatever
// the pace at which they come.
unsigned http_deadline_end_crowded(struct http_deadlines *deadlines, unsigned at_once);

// Makes room among those of an address, in the same order, until so many of them are about to
// leave. Whether so many are.
bool http_deadline_end_of(
    struct http_deadlines *deadlines, struct http_crowd *crowd, unsigned leaving, int64_t min_ms);

struct http_deadline_counters {
    uint64_t late; // that were ended for it, so far
    uint64_t slow; // of those: in an answer that was too slow
    uint64_t left; // that made room
    uint64_t open; // that are watched now
};
void http_deadline_count(struct http_deadlines *deadlines, struct http_deadline_counters *out);

#endif
