// What programs and browsers show.
#include "server/operator/operator_secret.h"

#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "server/base/base64.h"
#include "server/pki/digest.h"

#define BYTES 32
#define TEXT_LENGTH 43
#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

_Static_assert(USER_HASH_SIZE == DIGEST_SHA256_TEXT_SIZE, "it is one");
_Static_assert(sizeof OPERATOR_SECRET_PREFIX + TEXT_LENGTH == OPERATOR_SECRET_SIZE, "it fits");

static int make(char out[TEXT_LENGTH + 1], struct err *err)
{
    uint8_t bytes[BYTES];
    char text[BASE64_SIZE(BYTES)];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return err_set(err, ERR_IO, "no random bytes for a secret");
    base64_encode(bytes, sizeof bytes, text);
    for (size_t i = 0; i < TEXT_LENGTH; i++)
        out[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
    out[TEXT_LENGTH] = '\0';
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return 0;
}

int operator_secret_make_token(char out[OPERATOR_SECRET_SIZE], struct err *err)
{
    memcpy(out, OPERATOR_SECRET_PREFIX, sizeof OPERATOR_SECRET_PREFIX);
    return make(out + strlen(OPERATOR_SECRET_PREFIX), err);
}

int operator_secret_make_session(char out[OPERATOR_SECRET_SIZE], struct err *err)
{
    return make(out, err);
}

void operator_secret_hash(const char *secret, char out[USER_HASH_SIZE])
{
    digest_sha256((const uint8_t *)secret, strlen(secret), out);
}

bool operator_secret_of_bearer(const char *value, char out[OPERATOR_SECRET_SIZE])
{
    static const char scheme[] = "Bearer ";
    size_t prefix = strlen(OPERATOR_SECRET_PREFIX);
    const char *secret = value + strlen(scheme);

    if (strncasecmp(value, scheme, strlen(scheme)) != 0)
        return false;
    secret += strspn(secret, " ");
    if (strncmp(secret, OPERATOR_SECRET_PREFIX, prefix) != 0 ||
        strspn(secret + prefix, ALPHABET) != TEXT_LENGTH || secret[prefix + TEXT_LENGTH] != '\0')
        return false;
    memcpy(out, secret, prefix + TEXT_LENGTH + 1);
    return true;
}

int operator_secret_of_cookie(const char *value, char out[OPERATOR_SECRET_SIZE])
{
    static const char name[] = OPERATOR_SECRET_COOKIE "=";
    char found[OPERATOR_SECRET_SIZE];
    size_t count = 0;

    for (const char *p = value; *p != '\0'; p += strspn(p, "; \t")) {
        size_t n = strcspn(p, ";");

        if (n >= strlen(name) && memcmp(p, name, strlen(name)) == 0) {
            if (n != strlen(name) + TEXT_LENGTH || count++ > 0 ||
                strspn(p + strlen(name), ALPHABET) != TEXT_LENGTH)
                return ERR_INVALID;
            memcpy(found, p + strlen(name), TEXT_LENGTH);
            found[TEXT_LENGTH] = '\0';
        }
        p += n;
    }
    if (count > 0)
        memcpy(out, found, TEXT_LENGTH + 1);
    return count > 0;
}
