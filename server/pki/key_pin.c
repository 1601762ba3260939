// The fingerprint of a server's public key.
#include "server/pki/key_pin.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "server/base/base64.h"
#include "server/base/hex.h"

#define PREFIX "SHA256:"
#define DIGEST_BYTES 32
#define DIGITS 43 // of base64, before the padding

static void format(const uint8_t digest[DIGEST_BYTES], char out[KEY_PIN_SIZE])
{
    char text[BASE64_SIZE(DIGEST_BYTES)];

    base64_encode(digest, DIGEST_BYTES, text);
    snprintf(out, KEY_PIN_SIZE, PREFIX "%.*s", DIGITS, text);
}

int key_pin_of(const struct certificate *certificate, char out[KEY_PIN_SIZE], struct err *err)
{
    char hex[DIGEST_SHA256_TEXT_SIZE];
    uint8_t digest[DIGEST_BYTES];
    int rc = certificate_key_id(certificate, hex, err);

    if (rc < 0)
        return rc;
    if (!hex_decode(hex, sizeof hex - 1, digest))
        return err_set(err, ERR_INVALID, "a certificate's key has no digest");
    format(digest, out);
    return 0;
}

static bool read_hex(const char *text, uint8_t digest[DIGEST_BYTES])
{
    char lower[DIGEST_SHA256_TEXT_SIZE];

    if (strlen(text) != sizeof lower - 1)
        return false;
    for (size_t i = 0; i < sizeof lower; i++)
        lower[i] = (char)tolower((unsigned char)text[i]);
    return hex_decode(lower, sizeof lower - 1, digest);
}

static bool read_base64(const char *text, uint8_t digest[DIGEST_BYTES])
{
    char padded[BASE64_SIZE(DIGEST_BYTES)];
    size_t n = strlen(text);
    size_t bytes = 0;

    if (n != DIGITS && !(n == DIGITS + 1 && text[DIGITS] == '='))
        return false;
    snprintf(padded, sizeof padded, "%.*s=", DIGITS, text);
    return base64_decode(padded, digest, DIGEST_BYTES, &bytes) == 0 && bytes == DIGEST_BYTES;
}

int key_pin_parse(const char *text, char out[KEY_PIN_SIZE], struct err *err)
{
    const char *digits =
        strncmp(text, PREFIX, sizeof PREFIX - 1) == 0 ? text + sizeof PREFIX - 1 : text;
    uint8_t digest[DIGEST_BYTES];

    if (!read_base64(digits, digest) && !read_hex(digits, digest))
        return err_set(err, ERR_INVALID,
            "a key's fingerprint is \"SHA256:\" and 43 characters, as `secureesp status` on the "
            "server prints it");
    format(digest, out);
    return 0;
}
