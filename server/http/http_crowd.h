#ifndef HTTP_CROWD_H
#define HTTP_CROWD_H

#include <stdbool.h>
#include <stdint.h>

// Who of the connections of one address, or of all, makes room for another: by what they are at, of
// each the oldest first, so that nobody has to be looked for. Whoever uses it locks. For this
// folder alone.

// What a connection is at.
enum http_crowd_phase {
    HTTP_CROWD_UNHEARD, // the client has not said what a handshake begins with
    HTTP_CROWD_HEARD,   // it has, and has asked nothing so far
    HTTP_CROWD_KEPT,    // of the same in one crowd the older half, see http_crowd_newer()
    HTTP_CROWD_IDLE,    // between two requests
    HTTP_CROWD_BUSY,    // in a request or an answer: it makes no room
};

// A connection's place in one crowd.
struct http_crowd_place {
    struct http_crowd_member *member;
    enum http_crowd_phase phase;
    struct http_crowd_place *older, *newer;
};

// A connection, which is in the crowd of all and, if that is not NULL, in that of its address.
struct http_crowd_member {
    int fd;
    enum http_crowd_phase phase; // not KEPT
    int64_t since_ms;            // monotonic: at that
    struct http_crowd *all, *crowd;
    struct http_crowd_place in_all, in_crowd;
};

// All zero while it is empty.
struct http_crowd {
    struct http_crowd_place *oldest[HTTP_CROWD_BUSY], *newest[HTTP_CROWD_BUSY];
    unsigned count[HTTP_CROWD_BUSY];
    unsigned leaving; // of the connections, those that were ended and are not closed yet
};

// It is the newest of its phase. It must stay where it is until it has left.
void http_crowd_enter(struct http_crowd_member *member);
void http_crowd_leave(struct http_crowd_member *member);
void http_crowd_move(struct http_crowd_member *member, enum http_crowd_phase phase, int64_t now_ms);

// Whether it is the server that is late, which has not read yet what the client sent.
bool http_crowd_is_unread(const struct http_crowd_member *member);

// Those that make room, in this order; NULL if there is none:
// - the oldest of those whose client had a tenth of a second to begin its handshake, and has not,
struct http_crowd_member *http_crowd_unheard(struct http_crowd *crowd, int64_t now_ms);
// - of those that have been at the same since then the oldest that has asked nothing, else the one
//   that has been idle longest,
struct http_crowd_member *http_crowd_old(const struct http_crowd *crowd, int64_t latest_ms);
// - the oldest in the newer half of those that are in their handshakes, or before them. The older
//   half can then finish: if each newcomer took the place of the oldest, nobody would finish when
//   many devices come at once, as after a power cut.
struct http_crowd_member *http_crowd_newer(struct http_crowd *crowd);

// How many of a crowd have asked nothing.
unsigned http_crowd_silent(const struct http_crowd *crowd);

// Of all, the address's crowd in which there are most of those; NULL if there are none.
struct http_crowd *http_crowd_largest(const struct http_crowd *all);

#endif
