#ifndef TEST_DEPLOYED_HTTP_GET_H
#define TEST_DEPLOYED_HTTP_GET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "test/deployed/tls_link.h"

#define HTTP_GET_MD5_SIZE 33

struct http_get_answer {
    unsigned status;
    bool has_length;
    size_t length;
    char md5[HTTP_GET_MD5_SIZE]; // of x-MD5, or ""
};

// How a sketch asks.
struct http_get_question {
    uint16_t port;
    const char *folder; // downloadpath
    const char *name;
    const char *image; // what runs, if it asks for an image; else NULL
    const char *mac;
    bool has_updater; // asks for an image with Arduino's HTTPUpdate class
    // Called once the head of a 200 is there, then for each piece of the body. A negative return
    // ends the GET and is its result.
    int (*begin)(void *ctx, const struct http_get_answer *answer);
    int (*take)(void *ctx, const uint8_t *p, size_t n);
    void *ctx;
};

// Asks and reads the whole answer. What deployed clients cannot read is a failure, reported: a
// Transfer-Encoding, or a 200 without Content-Length; so is a body that is shorter.
int http_get(
    struct tls_link *link, const struct http_get_question *question, struct http_get_answer *out);

#endif
