#ifndef HTTP_VERDICT_H
#define HTTP_VERDICT_H

#include "server/http/http_receipt.h"
#include "server/http/http_tls.h"

// What TCP tells of one answer. For this folder alone.
enum http_verdict { HTTP_VERDICT_PENDING, HTTP_VERDICT_RECEIVED, HTTP_VERDICT_LOST };

// What has happened on the connection since the kernel has all of the answer: the states that
// http_receipt.h draws.
enum http_verdict_since {
    HTTP_VERDICT_ANSWERED, // nothing
    HTTP_VERDICT_ASKED,    // another request: what comes later tells nothing of this answer
    HTTP_VERDICT_CLOSED,   // libmicrohttpd has closed it, and saw no reset
    HTTP_VERDICT_RESET,    // libmicrohttpd has closed it after a reset
};

struct http_verdict_expected {
    struct http_receipt_answer answer; // fd is our own; key NULL: libmicrohttpd has closed its
    uint64_t target;                   // bytes acknowledged when it has arrived
    enum http_verdict_since since;
    struct http_tls_farewell farewell; // to be sent before our fd, then the last, is closed
    int64_t due_at_ms;                 // monotonic
    int64_t all_at_ms;                 // when all was acknowledged; 0: not yet
    bool received;                     // the verdict, once it is out of the list
    struct http_verdict_expected *next;
};

// Whether the kernel tells what a client has acknowledged.
bool http_verdict_is_told(int fd);

// How many bytes the socket has taken so far; 0 if that cannot be told.
uint64_t http_verdict_mark(int fd);

// How many bytes behind that place the client has acknowledged.
uint64_t http_verdict_acknowledged(int fd, uint64_t mark);

// Begins with an answer of which the kernel has all; fd is this one's own.
void http_verdict_begin(
    struct http_verdict_expected *out, const struct http_receipt_answer *answer, int fd);

enum http_verdict http_verdict_judge(struct http_verdict_expected *expected);

#endif
