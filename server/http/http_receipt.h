#ifndef HTTP_RECEIPT_H
#define HTTP_RECEIPT_H

#include "server/http/http_internal.h"
#include "server/http/http_tls.h"

// Whether answers arrived. libmicrohttpd is done with an answer when the kernel has its last byte,
// which may be a megabyte before the client has; what the client acknowledged, and how it ended the
// connection, tells more. For this folder alone.
struct http_receipts;

// Starts the thread that watches.
ERR_CHECKED int http_receipt_start(struct http_receipts **out);

// Judges what is left by what is known by then, and ends. NULL is allowed.
void http_receipt_stop(struct http_receipts *receipts);

// How many bytes the socket has taken so far; 0 if that cannot be told.
uint64_t http_receipt_mark(int fd);

// An answer of which the kernel has all, on a connection that is known by the key.
struct http_receipt_answer {
    const void *key;
    int fd;
    uint64_t mark; // before its first byte
    uint64_t length;
    struct http_response_end end;
};

// Tells answer->end once it is known whether it arrived: as soon as the client has acknowledged it
// all and asks anew or ends the connection in order, or lets some time pass. False if it was told
// at once, for want of a place.
bool http_receipt_expect(struct http_receipts *receipts, const struct http_receipt_answer *answer);

// Tells it at once that the answer was broken off.
void http_receipt_break_off(
    struct http_receipts *receipts, const struct http_receipt_answer *answer);

// The connection brings another request.
void http_receipt_note_request(struct http_receipts *receipts, const void *key);

// How many answers arrived, how many did not, and of how many that is not known yet.
void http_receipt_count(
    struct http_receipts *receipts, uint64_t *received, uint64_t *lost, uint64_t *expected);

// libmicrohttpd closes the connection, with what is held back of its end: a client that does not
// read that alert before it closes would seem to have left the answer unread as well. False if no
// answer is expected to arrive on it.
bool http_receipt_note_close(
    struct http_receipts *receipts, const void *key, const struct http_tls_link *link);

#endif
