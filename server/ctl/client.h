#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/ctl/client_target.h"

// The daemon's JSON API, on its Unix socket or a server's HTTPS; one connection serves all
// requests.
struct client;

struct client_request {
    const char *method; // "GET" or "POST"
    const char *path;   // with its query; NULL counts as no memory
    const uint8_t *body;
    size_t size_bytes;
    const char *type;          // of the body
    const char *last_event_id; // NULL: none
    json_t **refusal; // or NULL: of client_call(), what is answered with a refusal; NULL if nothing
                      // is, else the caller gives up the reference
    bool once;        // it bears a key, so that it is repeated when its answer is lost, as with the
                      // daemon, and yet done once; a GET is repeated without one
    long silence_s;   // how long no byte may come; 0: a minute
    bool is_look;     // but not this GET: its caller looks again by itself
};

// Prepares requests to a target, which is only tried with the first; it is borrowed.
ERR_CHECKED int client_open(
    const struct client_target *target, struct client **out, struct err *err);
void client_close(struct client *client);

// Asks for a JSON answer; the caller gives up the reference. ERR_UNAVAILABLE or ERR_DENIED if the
// daemon cannot be reached, ERR_INVALID if the path has what can be no name, ERR_UNTRUSTED if a
// server has another key than is pinned, of which nothing was asked then; the answer's own code and
// message if it refuses.
ERR_CHECKED int client_call(
    struct client *client, const struct client_request *request, json_t **out, struct err *err);

// As client_call(), but passes the answer on piece by piece as it comes, until take() returns
// non-zero, which is then returned: a negative code whose message it has set. A minute without a
// byte is ERR_UNAVAILABLE.
ERR_CHECKED int client_feed(struct client *client, const struct client_request *request,
    int (*take)(const char *p, size_t n, void *ctx), void *ctx, struct err *err);
// A page of a list, as it came, and the query that leads to the next one (RFC 8288), with its '?';
// NULL if there is none.
struct client_page {
    char *text; // of n bytes before a NUL; the caller frees it
    size_t n;
    char *next; // this, too
};
ERR_CHECKED int client_get_page(
    struct client *client, const char *path, struct client_page *out, struct err *err);

// As client_call(), but passes the answer on to a stream as it comes, and ends it with a new line.
ERR_CHECKED int client_stream(
    struct client *client, const struct client_request *request, FILE *out, struct err *err);

#endif
