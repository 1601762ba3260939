#ifndef HTTP_VERDICT_H
#define HTTP_VERDICT_H

#include "server/http/http_receipt.h"
#include "server/http/http_tls.h"

// What TCP tells of one answer. For this folder alone.
enum http_verdict { HTTP_VERDICT_PENDING, HTTP_VERDICT_RECEIVED, HTTP_VERDICT_LOST };

struct http_verdict_expected {
    struct http_receipt_answer answer; // fd is our own; key NULL: the connection is closed
    uint64_t target;                   // bytes acknowledged when it has arrived
    bool asked, reset;
    bool ends; // it is for us to end the connection, with the alert in held
    uint8_t held[sizeof((struct http_tls_link *)NULL)->held];
    size_t held_n;
    int64_t due_at_ms; // monotonic
    int64_t all_at_ms; // when all was acknowledged; 0: not yet
    struct http_verdict_expected *next;
};

// How many bytes the socket has taken so far; 0 if that cannot be told.
uint64_t http_verdict_mark(int fd);

// How many bytes behind that place the client has acknowledged.
uint64_t http_verdict_acknowledged(int fd, uint64_t mark);

// Begins with an answer of which the kernel has all; fd is this one's own.
void http_verdict_begin(
    struct http_verdict_expected *out, const struct http_receipt_answer *answer, int fd);

enum http_verdict http_verdict_judge(struct http_verdict_expected *expected);

// Ends the connection, if that is for us to do.
void http_verdict_end_connection(struct http_verdict_expected *expected);

#endif
