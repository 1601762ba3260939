#ifndef WEBHOOK_SIGN_H
#define WEBHOOK_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/base64.h"
#include "server/base/err.h"
#include "server/model/webhook.h"
#include "server/pki/hmac.h"

// Secrets and signatures of the Standard Webhooks specification.

#define WEBHOOK_SIGN_PREFIX "whsec_"
#define WEBHOOK_SIGN_SECRET_SIZE (sizeof WEBHOOK_SIGN_PREFIX - 1 + BASE64_SIZE(WEBHOOK_KEY_MAX))
#define WEBHOOK_SIGN_SIZE (3 + BASE64_SIZE(HMAC_SHA256_SIZE)) // "v1," in front

// Bytes to sign with. The caller wipes it.
struct webhook_key {
    uint8_t bytes[WEBHOOK_KEY_MAX];
    size_t n;
};

// Makes one at random. ERR_IO.
ERR_CHECKED int webhook_sign_make(struct webhook_key *out, struct err *err);

// Reads and writes it as people have it: "whsec_" and base64. ERR_INVALID, without saying what was
// there.
ERR_CHECKED int webhook_sign_read(const char *text, struct webhook_key *out, struct err *err);
void webhook_sign_write(const struct webhook_key *key, char out[WEBHOOK_SIGN_SECRET_SIZE]);

// Writes the value of webhook-signature: HMAC-SHA-256 of "ID.SECONDS.BODY". ERR_NO_MEMORY.
ERR_CHECKED int webhook_sign_run(const struct webhook_key *key, const char *id, int64_t at_s,
    const char *body, char out[WEBHOOK_SIGN_SIZE]);

#endif
