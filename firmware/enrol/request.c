// Certification requests from a template: what Mbed TLS writes has parameters in its signature's
// algorithm, which RFC 5758, 3.2 forbids, and takes 5 KB of code.
#include "firmware/enrol/request.h"

#include <stdbool.h>
#include <string.h>

#include <mbedtls/sha256.h>

#include "common/mac.h"
#include "firmware/core/memory.h"
#include "firmware/core/tls_library.h"
#include "firmware/enrol/key.h"
#include "firmware/enrol/tls_library.h"

#define SEQUENCE 0x30
#define SET 0x31
#define BIT_STRING 0x03
#define PRINTABLE_STRING 0x13
#define ATTRIBUTES 0xa0
#define HEADER_MAX 4

// version; subject: one commonName, as UTF8String, whose MAC_LENGTH bytes follow.
static const uint8_t subject[] = {0x02, 0x01, 0x00, SEQUENCE, 0x17, SET, 0x15, SEQUENCE, 0x13, 0x06,
    0x03, 0x55, 0x04, 0x03, 0x0c, MAC_LENGTH};
// SubjectPublicKeyInfo: id-ecPublicKey, prime256v1 (RFC 5480, 2); the point follows.
static const uint8_t public_key[] = {SEQUENCE, 0x59, SEQUENCE, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, BIT_STRING,
    0x42, 0x00};
static const uint8_t challenge_password[] = {
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07};
static const uint8_t ecdsa_with_sha256[] = {
    SEQUENCE, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

#define FIXED_SIZE (sizeof subject + MAC_LENGTH + sizeof public_key + TLS_LIBRARY_POINT_SIZE)

// Of the header of the whole, whose contents are n bytes: never less than 128.
static size_t header_size(size_t n)
{
    return n < 0x100 ? 3 : 4;
}

static uint8_t *put_header(uint8_t *p, uint8_t tag, size_t n)
{
    *p++ = tag;
    if (n >= 0x80)
        *p++ = n < 0x100 ? 0x81 : 0x82;
    if (n >= 0x100)
        *p++ = (uint8_t)(n >> 8);
    *p++ = (uint8_t)n;
    return p;
}

static uint8_t *put(uint8_t *p, const void *bytes, size_t n)
{
    memcpy(p, bytes, n);
    return p + n;
}

// The one attribute, with room for its code; nothing without one.
static uint8_t *put_attributes(uint8_t *p, const char *code, size_t code_size)
{
    const size_t value = 2 + code_size;
    const size_t attribute = sizeof challenge_password + 2 + value;

    p = put_header(p, ATTRIBUTES, code_size == 0 ? 0 : 2 + attribute);
    if (code_size == 0)
        return p;
    p = put_header(p, SEQUENCE, attribute);
    p = put(p, challenge_password, sizeof challenge_password);
    p = put_header(p, SET, value);
    p = put_header(p, PRINTABLE_STRING, code_size);
    return put(p, code, code_size);
}

// CertificationRequestInfo (RFC 2986, 4.1). Returns its bytes, or the library's error.
static int put_info(const struct request *request, uint8_t *out)
{
    const size_t code_size = request->code == NULL ? 0 : strlen(request->code);
    const size_t attributes = code_size == 0 ? 2 : sizeof challenge_password + 8 + code_size;
    uint8_t *p = put_header(out, SEQUENCE, FIXED_SIZE + attributes);
    int rc;

    p = put(p, subject, sizeof subject);
    p = put(p, request->mac, MAC_LENGTH);
    p = put(p, public_key, sizeof public_key);
    rc = tls_library_write_point(request->key, p);
    if (rc != 0)
        return rc;
    p = put_attributes(p + TLS_LIBRARY_POINT_SIZE, request->code, code_size);
    return (int)(p - out);
}

static void digest(const uint8_t *p, size_t n, uint8_t hash[32])
{
    mbedtls_sha256_context sha;

    mbedtls_sha256_init(&sha);
    tls_library_sha256_start(&sha);
    tls_library_sha256_update(&sha, p, n);
    tls_library_sha256_finish(&sha, hash);
    mbedtls_sha256_free(&sha);
}

// CertificationRequest. Returns its bytes, or the library's error.
static int make(const struct request *request, uint8_t *out)
{
    uint8_t signature[TLS_LIBRARY_SIGNATURE_MAX];
    uint8_t hash[32];
    uint8_t *const body = out + HEADER_MAX;
    uint8_t *p = body;
    size_t signature_size;
    int rc = put_info(request, body);

    if (rc < 0)
        return rc;
    digest(body, (size_t)rc, hash);
    p += rc;
    rc = tls_library_sign(request->key, request->random, hash, signature, &signature_size);
    if (rc != 0)
        return rc;
    p = put(p, ecdsa_with_sha256, sizeof ecdsa_with_sha256);
    p = put_header(p, BIT_STRING, 1 + signature_size);
    *p++ = 0; // bits that do not count
    p = put(p, signature, signature_size);

    const size_t n = (size_t)(p - body);

    memmove(out + header_size(n), body, n);
    (void)put_header(out, SEQUENCE, n);
    return (int)(header_size(n) + n);
}

static bool is_printable(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("'()+,-./:=?", c) != NULL);
}

static bool is_code(const char *s)
{
    size_t n = 0;

    while (is_printable(s[n]))
        n++;
    return s[n] == '\0' && n > 0 && n <= REQUEST_CODE_MAX;
}

int request_write(const struct request *request, uint8_t out[REQUEST_MAX], struct failure *failure)
{
    int rc;

    if (!key_is_p256(request->key))
        return failure_set(failure, RESULT_FILE_INVALID, "our key is not on P-256");
    if (request->code != NULL && !is_code(request->code))
        return failure_set(failure, RESULT_FILE_INVALID, "request: its code cannot be written");
    memory_watch();
    rc = make(request, out);
    if (rc >= 0)
        return rc;
    rc = failure_set(
        failure, RESULT_TLS_FAILED, "request: cannot be signed (-0x%04x)", (unsigned)-rc);
    return memory_judge(rc, failure);
}
