#ifndef ANSWER_STORE_H
#define ANSWER_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/store/store.h"

// What was answered to requests that bore a key, so that each is done once (RFC drafts call the
// header Idempotency-Key). Neither keys nor requests are kept, only what tells them apart.

#define ANSWER_STORE_HASH_SIZE 65                       // SHA-256 as hex, with the terminating NUL
#define ANSWER_STORE_AGE_MS ((int64_t)24 * 3600 * 1000) // an older one counts as none
#define ANSWER_STORE_MAX 4096                           // newest ones that are kept
#define ANSWER_STORE_BODY_MAX ((size_t)32 * 1024)       // of a longer one only the status

struct answer {
    char key_hash[ANSWER_STORE_HASH_SIZE]; // of the key, and of whose it is
    char request_hash[ANSWER_STORE_HASH_SIZE];
    int64_t at_ms;
    unsigned status;
    char *body; // the caller frees it; NULL: it was too long
};

// Keeps one, and forgets those that are too old or too many. The body is copied. ERR_CONFLICT if
// its key is there already, ERR_IO.
ERR_CHECKED int answer_store_add(
    struct store_connection *connection, const struct answer *answer, struct err *err);

// That of a key, if it is no older than it may be at that time. ERR_NOT_FOUND, ERR_IO,
// ERR_NO_MEMORY.
ERR_CHECKED int answer_store_get(struct store_connection *connection, const char *key_hash,
    int64_t now_ms, struct answer *out, struct err *err);

#endif
