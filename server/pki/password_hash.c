// Passwords as they are kept.
#include "server/pki/password_hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "server/base/base64.h"

#define PREFIX "$scrypt$"
#define MEMORY_MAX ((uint64_t)64 << 20)
#define WORK_MAX (4 * ((uint64_t)1 << PASSWORD_HASH_LN) * PASSWORD_HASH_R * PASSWORD_HASH_P)
#define SALT_TEXT (BASE64_SIZE(PASSWORD_HASH_SALT_BYTES) - 1)
#define HASH_TEXT (BASE64_SIZE(PASSWORD_HASH_BYTES) - 1)

// A number as it is written: no sign, no leading zero, at most 255.
static bool read_number(const char **p, const char *name, char end, unsigned *out)
{
    size_t n = strlen(name);
    const char *digits = *p + n;
    char *stop;

    if (strncmp(*p, name, n) != 0 || digits[0] < '1' || digits[0] > '9' ||
        strspn(digits, "0123456789") > 3)
        return false;
    *out = (unsigned)strtoul(digits, &stop, 10);
    if (*stop != end || *out > 255)
        return false;
    *p = stop + 1;
    return true;
}

// Base64 of so many bytes without its padding, of which there is some, up to `end`.
static bool read_bytes(const char **p, char end, uint8_t *out, size_t n)
{
    size_t padding = 3 - n % 3;
    size_t length = BASE64_SIZE(n) - 1 - padding;
    char text[HASH_TEXT + 1];
    size_t got = 0;

    if (strnlen(*p, length + 1) < length || memchr(*p, '=', length) != NULL || (*p)[length] != end)
        return false;
    memcpy(text, *p, length);
    memcpy(text + length, "==", padding);
    text[length + padding] = '\0';
    if (base64_decode(text, out, n, &got) < 0 || got != n)
        return false;
    *p += length + (end != '\0');
    return true;
}

// Neither the memory nor the time of a log-in is for the database to choose.
static bool is_affordable(const struct password_hash *hash)
{
    uint64_t block = (uint64_t)hash->r << hash->ln;

    return hash->ln <= 20 && hash->r <= 32 && 128 * block <= MEMORY_MAX &&
           block * hash->p <= WORK_MAX;
}

bool password_hash_parse(const char *text, struct password_hash *out)
{
    struct password_hash read;
    const char *p = text + strlen(PREFIX);

    if (strncmp(text, PREFIX, strlen(PREFIX)) != 0 || !read_number(&p, "ln=", ',', &read.ln) ||
        !read_number(&p, "r=", ',', &read.r) || !read_number(&p, "p=", '$', &read.p) ||
        !is_affordable(&read) || !read_bytes(&p, '$', read.salt, sizeof read.salt) ||
        !read_bytes(&p, '\0', read.hash, sizeof read.hash))
        return false;
    *out = read;
    return true;
}

static int compute(const struct password_hash *how, const char *password,
    uint8_t out[PASSWORD_HASH_BYTES], struct err *err)
{
    // Beside its blocks OpenSSL counts some kilobytes of its own.
    return EVP_PBE_scrypt(password, strlen(password), how->salt, sizeof how->salt,
               (uint64_t)1 << how->ln, how->r, how->p, MEMORY_MAX + (1u << 20), out,
               PASSWORD_HASH_BYTES) == 1
               ? 0
               : err_set(err, ERR_NO_MEMORY, "no memory for the hash of a password");
}

static void write_bytes(const uint8_t *p, size_t n, char *out)
{
    base64_encode(p, n, out);
    out[strcspn(out, "=")] = '\0';
}

int password_hash_make(const char *password, char out[PASSWORD_HASH_SIZE], struct err *err)
{
    struct password_hash made = {PASSWORD_HASH_LN, PASSWORD_HASH_R, PASSWORD_HASH_P, {0}, {0}};
    char salt[SALT_TEXT + 1];
    char hash[HASH_TEXT + 1];

    if (RAND_bytes(made.salt, sizeof made.salt) != 1)
        return err_set(err, ERR_IO, "no random bytes for a password");

    int rc = compute(&made, password, made.hash, err);

    if (rc < 0)
        return rc;
    write_bytes(made.salt, sizeof made.salt, salt);
    write_bytes(made.hash, sizeof made.hash, hash);
    snprintf(out, PASSWORD_HASH_SIZE, PREFIX "ln=%u,r=%u,p=%u$%s$%s", made.ln, made.r, made.p, salt,
        hash);
    return 0;
}

int password_hash_check(const char *text, const char *password, bool *is_old, struct err *err)
{
    // Of nobody: nothing is known to have this hash.
    struct password_hash kept = {PASSWORD_HASH_LN, PASSWORD_HASH_R, PASSWORD_HASH_P, {0}, {0}};
    bool exists = password_hash_parse(text, &kept);
    uint8_t hash[PASSWORD_HASH_BYTES];
    int rc = compute(&kept, password, hash, err);

    *is_old = false;
    if (rc < 0)
        return rc;
    if (CRYPTO_memcmp(hash, kept.hash, sizeof hash) != 0 || !exists)
        return err_set(err, ERR_DENIED, "wrong password");
    *is_old = kept.ln != PASSWORD_HASH_LN || kept.r != PASSWORD_HASH_R || kept.p != PASSWORD_HASH_P;
    return 0;
}
