// From a passphrase to the keys of a file of age.
#include "server/pki/age_keys.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "server/pki/hmac.h"
#include "server/pki/openssl_error.h"

#define LABEL "age-encryption.org/v1/scrypt"
#define BLOCK 8 // scrypt's r; its p is 1

// scrypt (RFC 7914) takes 1 KiB for each of its N.
static int stretch(const char *passphrase, const struct age_header *header,
    uint8_t out[AGE_CHUNKS_KEY_SIZE], struct err *err)
{
    uint8_t salt[sizeof LABEL - 1 + AGE_HEADER_SALT_SIZE];
    uint64_t n = (uint64_t)1 << header->work;

    memcpy(salt, LABEL, sizeof LABEL - 1);
    memcpy(salt + sizeof LABEL - 1, header->salt, AGE_HEADER_SALT_SIZE);
    if (EVP_PBE_scrypt(passphrase, strlen(passphrase), salt, sizeof salt, n, BLOCK, 1,
            (n + 64) * 128 * BLOCK, out, AGE_CHUNKS_KEY_SIZE) != 1)
        return openssl_error_set(err, ERR_NO_MEMORY,
            "cannot make a key of the passphrase (it takes %llu MB)",
            (unsigned long long)(n >> 10));
    return 0;
}

// HKDF (RFC 5869) with SHA-256.
static int derive(const uint8_t file_key[AGE_KEYS_FILE_SIZE], const uint8_t *salt, size_t salt_n,
    const char *info, uint8_t out[AGE_CHUNKS_KEY_SIZE])
{
    char digest[] = "SHA256";
    EVP_KDF *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = hkdf == NULL ? NULL : EVP_KDF_CTX_new(hkdf);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)file_key, AGE_KEYS_FILE_SIZE),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info, strlen(info)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt, salt_n),
        OSSL_PARAM_construct_end(),
    };
    int good = ctx != NULL && EVP_KDF_derive(ctx, out, AGE_CHUNKS_KEY_SIZE, params) == 1;

    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(hkdf);
    return good ? 0 : ERR_IO;
}

static int authenticate(const uint8_t file_key[AGE_KEYS_FILE_SIZE], const void *covered, size_t n,
    uint8_t out[AGE_HEADER_MAC_SIZE], struct err *err)
{
    // HKDF's salt is empty, for which an HMAC takes a block of zeros (RFC 5869, 2.2).
    static const uint8_t no_salt[HMAC_SHA256_SIZE];
    uint8_t key[AGE_CHUNKS_KEY_SIZE];
    struct hmac_part part = {covered, n};
    int rc = derive(file_key, no_salt, sizeof no_salt, "header", key);

    if (rc == 0)
        rc = hmac_sha256(key, sizeof key, &part, 1, out);
    explicit_bzero(key, sizeof key);
    return rc < 0 ? openssl_error_set(err, ERR_IO, "cannot compute the header's MAC") : 0;
}

// The file key is sealed as if it were the first chunk of a payload, and not the last.
static int seal_file_key(const char *passphrase, struct age_header *header,
    const uint8_t file_key[AGE_KEYS_FILE_SIZE], struct err *err)
{
    uint8_t key[AGE_CHUNKS_KEY_SIZE];
    struct age_chunks *chunks = NULL;
    int rc = stretch(passphrase, header, key, err);

    if (rc == 0)
        rc = age_chunks_new(key, &chunks, err);
    if (rc == 0 && age_chunks_seal(chunks, file_key, AGE_KEYS_FILE_SIZE, false, header->body) < 0)
        rc = openssl_error_set(err, ERR_IO, "cannot seal the file key");
    age_chunks_free(chunks);
    explicit_bzero(key, sizeof key);
    return rc;
}

int age_keys_make(const char *passphrase, int work, struct age_header *header,
    uint8_t file_key[AGE_KEYS_FILE_SIZE], struct err *err)
{
    char text[AGE_HEADER_MAX + 1];
    int rc = 0;

    memset(header, 0, sizeof *header);
    header->work = work;
    if (RAND_bytes(header->salt, sizeof header->salt) != 1 ||
        RAND_bytes(file_key, AGE_KEYS_FILE_SIZE) != 1)
        return openssl_error_set(err, ERR_IO, "no random bytes");
    rc = seal_file_key(passphrase, header, file_key, err);
    if (rc < 0)
        return rc;
    return authenticate(
        file_key, text, age_header_covered(age_header_write(header, text)), header->mac, err);
}

int age_keys_open(const char *passphrase, const struct age_header *header, const uint8_t *covered,
    size_t n, uint8_t file_key[AGE_KEYS_FILE_SIZE], struct err *err)
{
    uint8_t key[AGE_CHUNKS_KEY_SIZE];
    uint8_t mac[AGE_HEADER_MAC_SIZE];
    struct age_chunks *chunks = NULL;
    int rc = stretch(passphrase, header, key, err);

    if (rc == 0)
        rc = age_chunks_new(key, &chunks, err);
    if (rc == 0 && age_chunks_open(chunks, header->body, sizeof header->body, false, file_key) < 0)
        rc = err_set(err, ERR_DENIED, "the passphrase does not open it");
    if (rc == 0)
        rc = authenticate(file_key, covered, n, mac, err);
    if (rc == 0 && CRYPTO_memcmp(mac, header->mac, sizeof mac) != 0)
        rc = err_set(err, ERR_DENIED, "its header was changed");
    age_chunks_free(chunks);
    explicit_bzero(key, sizeof key);
    return rc;
}

int age_keys_payload(const uint8_t file_key[AGE_KEYS_FILE_SIZE],
    const uint8_t nonce[AGE_KEYS_NONCE_SIZE], uint8_t out[AGE_CHUNKS_KEY_SIZE], struct err *err)
{
    if (derive(file_key, nonce, AGE_KEYS_NONCE_SIZE, "payload", out) < 0)
        return openssl_error_set(err, ERR_IO, "cannot derive the payload's key");
    return 0;
}
