// Secrets and signatures of webhooks.
#include "server/webhook/webhook_sign.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define MADE_BYTES 32

int webhook_sign_make(struct webhook_key *out, struct err *err)
{
    if (getrandom(out->bytes, MADE_BYTES, 0) != MADE_BYTES)
        return err_set(err, ERR_IO, "no random bytes for the secret");
    out->n = MADE_BYTES;
    return 0;
}

int webhook_sign_read(const char *text, struct webhook_key *out, struct err *err)
{
    size_t prefix = sizeof WEBHOOK_SIGN_PREFIX - 1;
    struct webhook_key key = {.n = 0};
    int rc = strncmp(text, WEBHOOK_SIGN_PREFIX, prefix) == 0 ? 0 : ERR_INVALID;

    if (rc == 0)
        rc = base64_decode(text + prefix, key.bytes, sizeof key.bytes, &key.n);
    if (rc == 0 && key.n >= WEBHOOK_KEY_MIN)
        *out = key;
    else
        rc = err_set(err, ERR_INVALID,
            "the secret has to be " WEBHOOK_SIGN_PREFIX " and the base64 of %d to %d bytes",
            WEBHOOK_KEY_MIN, WEBHOOK_KEY_MAX);
    explicit_bzero(&key, sizeof key);
    return rc;
}

void webhook_sign_write(const struct webhook_key *key, char out[WEBHOOK_SIGN_SECRET_SIZE])
{
    memcpy(out, WEBHOOK_SIGN_PREFIX, sizeof WEBHOOK_SIGN_PREFIX);
    base64_encode(key->bytes, key->n, out + strlen(out));
}

int webhook_sign_run(const struct webhook_key *key, const char *id, int64_t at_s, const char *body,
    char out[WEBHOOK_SIGN_SIZE])
{
    char head[WEBHOOK_ID_SIZE + 32];
    int n = snprintf(head, sizeof head, "%s.%lld.", id, (long long)at_s);
    struct hmac_part parts[] = {
        {(const uint8_t *)head, (size_t)n}, {(const uint8_t *)body, strlen(body)}};
    uint8_t tag[HMAC_SHA256_SIZE];

    if (n < 0 || (size_t)n >= sizeof head || hmac_sha256(key->bytes, key->n, parts, 2, tag) < 0)
        return ERR_NO_MEMORY;
    memcpy(out, "v1,", sizeof "v1,");
    base64_encode(tag, sizeof tag, out + 3);
    return 0;
}
