#ifndef HTTP_RECEIPT_H
#define HTTP_RECEIPT_H

#include "server/http/http_internal.h"
#include "server/http/http_tls.h"

// Whether answers arrived. libmicrohttpd is done with an answer when the kernel has its last byte,
// which may be a megabyte before the client has. So each answer that somebody asks about is
// followed: its client must acknowledge all of it (TCP), and then do one of these:
//
//                 ┌── another request ────────► asked ──────────────────────► received
//      answered ──┼── 5 s with neither ────────────────────────────────────► received
//                 ├── end of the connection ──► closed ─┬─ the client's end ► received
//                 │                                     └─ 200 ms ──────────► received
//                 └── reset ──────────────────────────────────────────────────► lost
//      any of them, if not all is acknowledged when the connection is gone, or
//      after 30 s and 1 ms for each byte ───────────────────────────────────────► lost
//
// A reset counts since a kernel acknowledges what its program never reads, and resets the
// connection when that program goes. A server that ends the connection itself would bring the same
// about: the client that has what it wanted, and closes, leaves our close_notify unread. So that
// alert is held back until the client has ended the connection, or 200 ms have passed. To see all
// this when libmicrohttpd has closed its socket, each answer has a descriptor of its own on it; a
// thread looks at all of them, 20 times a second. For this folder alone.
struct http_receipts;

// Starts the thread that watches.
ERR_CHECKED int http_receipt_start(struct http_receipts **out);

// Judges what is left by what is known by then, and ends. NULL is allowed.
void http_receipt_stop(struct http_receipts *receipts);

// An answer of which the kernel has all, on a connection that is known by the key.
struct http_receipt_answer {
    const void *key;
    int fd;
    uint64_t mark; // http_verdict_mark() before its first byte
    uint64_t length;
    struct http_response_end end;
};

#define HTTP_RECEIPT_MAX 4096          // answers in doubt at once; one more is told at once
#define HTTP_RECEIPT_MAX_PER_CLIENT 16 // in the place of one more the client's oldest is told

// Tells answer->end once it is known whether it arrived: as soon as the client has acknowledged it
// all and asks anew or ends the connection in order, or lets some time pass. Beyond either bound
// one is told by what is known by then, which is counted, and logged once a second at most. False
// if that is this one.
bool http_receipt_expect(struct http_receipts *receipts, const struct http_receipt_answer *answer);

// Tells it at once that the answer was broken off.
void http_receipt_break_off(
    struct http_receipts *receipts, const struct http_receipt_answer *answer);

// The connection brings another request.
void http_receipt_note_request(struct http_receipts *receipts, const void *key);

// Whether a client has still to acknowledge some of an answer, of which the kernel has all.
bool http_receipt_is_under_way(struct http_receipts *receipts);

struct http_receipt_counters {
    uint64_t received, lost; // answers that arrived, and that did not
    uint64_t expected;       // of which that is not known yet
    uint64_t given_up;       // that were told too early, for want of a place
};
void http_receipt_count(struct http_receipts *receipts, struct http_receipt_counters *out);

// libmicrohttpd closes the connection. The newest answer on it takes over the farewell that the
// link holds, and sends it in time; false if there is none, and the caller has to.
bool http_receipt_note_close(
    struct http_receipts *receipts, const void *key, const struct http_tls_link *link);

#endif
