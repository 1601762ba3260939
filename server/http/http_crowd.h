#ifndef HTTP_CROWD_H
#define HTTP_CROWD_H

#include <stdint.h>

// The connections of one address, or of all, that could make room for another: by what they are at,
// of each the oldest first, so that nobody has to be looked for. All zero while it is empty.
// Whoever uses it locks. For this folder alone.

// What a connection is at.
enum http_crowd_phase {
    HTTP_CROWD_UNHEARD, // the client has not said what a handshake begins with
    HTTP_CROWD_HEARD,   // it has, and has asked nothing so far
    HTTP_CROWD_KEPT,    // of the same, those that http_crowd_keep() chose
    HTTP_CROWD_IDLE,    // between two requests
    HTTP_CROWD_BUSY,    // in a request or an answer: it makes no room
};

struct http_deadline; // of a connection

// A connection's place in one crowd.
struct http_crowd_place {
    struct http_deadline *deadline;
    enum http_crowd_phase phase;
    int64_t since_ms; // monotonic: at that
    struct http_crowd_place *older, *newer;
};

struct http_crowd {
    struct http_crowd_place *oldest[HTTP_CROWD_BUSY], *newest[HTTP_CROWD_BUSY];
    unsigned count[HTTP_CROWD_BUSY];
    unsigned leaving; // of the connections, those that were ended and are not closed yet
};

// It is the newest of that phase. The place, of which deadline, phase and since_ms are set, must
// stay until it has left.
void http_crowd_enter(struct http_crowd *crowd, struct http_crowd_place *place);
void http_crowd_leave(struct http_crowd *crowd, struct http_crowd_place *place);

// The oldest of those that are at that since then at the latest; NULL if there is none.
struct http_deadline *http_crowd_oldest(
    const struct http_crowd *crowd, enum http_crowd_phase phase, int64_t latest_ms);

// The oldest of those that have asked nothing, and are not kept; NULL if there is none.
struct http_deadline *http_crowd_silent(const struct http_crowd *crowd, int64_t latest_ms);

// Of those that are heard keeps the older half. They are to have time for their handshakes: where
// each newcomer took the place of the oldest, nobody would come to the end of one when many devices
// come at once, as after a power cut.
void http_crowd_keep(struct http_crowd *crowd);

#endif
