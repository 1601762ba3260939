// Private keys: made, read, written, used to sign.
#include "server/pki/private_key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "server/base/file.h"
#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"
#include "server/pki/pem_key.h"
#include "server/pki/token_key.h"

#define KEY_FILE_MAX 65536
#define RSA_BITS 2048

// Takes over pkey, also on failure.
static int wrap(EVP_PKEY *pkey, struct private_key **out, struct err *err)
{
    struct private_key *key = malloc(sizeof *key);

    if (key == NULL) {
        EVP_PKEY_free(pkey);
        return err_set(err, ERR_NO_MEMORY, "no memory for a key");
    }
    key->pkey = pkey;
    key->is_in_token = false;
    *out = key;
    return 0;
}

int private_key_generate(enum private_key_kind kind, struct private_key **out, struct err *err)
{
    EVP_PKEY *pkey =
        kind == PRIVATE_KEY_RSA2048 ? EVP_RSA_gen((unsigned)RSA_BITS) : EVP_EC_gen("P-256");

    if (pkey == NULL)
        return openssl_error_set(err, ERR_IO, "cannot make a key");
    return wrap(pkey, out, err);
}

static int decode(const uint8_t *pem, size_t n, struct private_key **out, struct err *err)
{
    struct public_key public_half;
    struct private_key *key = NULL;
    EVP_PKEY *pkey;
    int rc = token_key_is_uri(pem, n) ? token_key_open(pem, n, &pkey, err)
                                      : pem_key_read(pem, n, &pkey, err);

    if (rc == 0)
        rc = wrap(pkey, &key, err);
    if (rc != 0)
        return rc;
    key->is_in_token = token_key_is_uri(pem, n);
    rc = private_key_public(key, &public_half, err);
    if (rc < 0) {
        private_key_free(key);
        return rc;
    }
    *out = key;
    return 0;
}

int private_key_check_mode(const char *path, struct err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return err_set(err, ERR_IO, "cannot look at %s: %m", path);
    if (st.st_uid != geteuid() && st.st_uid != 0 && geteuid() != 0)
        return err_set(err, ERR_DENIED,
            "%s belongs to another user (uid %u), who can read and replace it; `chown` it", path,
            (unsigned)st.st_uid);

    mode_t excess = st.st_mode & (st.st_uid == 0 ? (mode_t)037 : (mode_t)077);

    if (excess == 0)
        return 0;
    return err_set(err, ERR_DENIED,
        "%s is open to others (mode %04o); `chmod 0600` it, and if somebody may have read it, make "
        "a new key",
        path, (unsigned)(st.st_mode & 07777));
}

int private_key_load(const char *path, struct private_key **out, struct err *err)
{
    uint8_t *pem;
    size_t size;
    int rc = file_read(path, KEY_FILE_MAX, &pem, &size, err);

    if (rc < 0)
        return rc;
    rc = private_key_check_mode(path, err);
    if (rc == 0) {
        rc = decode(pem, size, out, err);
        if (rc < 0)
            err_context(err, "private key %s", path);
    }
    OPENSSL_cleanse(pem, size);
    free(pem);
    return rc;
}

void private_key_free(struct private_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

bool private_key_is_in_token(const struct private_key *key)
{
    return key->is_in_token;
}

int private_key_to_pem(const struct private_key *key, char **out, size_t *size, struct err *err)
{
    char *memory = NULL;
    char *text = NULL;
    long n = 0;
    BIO *bio = BIO_new(BIO_s_secmem()); // wipes its memory

    if (bio != NULL &&
        PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1)
        n = BIO_get_mem_data(bio, &memory);
    if (n > 0)
        text = strndup(memory, (size_t)n);
    BIO_free(bio);
    if (text == NULL)
        return openssl_error_set(err, ERR_NO_MEMORY, "cannot write a key as PEM");
    *out = text;
    *size = (size_t)n;
    return 0;
}

int private_key_public(const struct private_key *key, struct public_key *out, struct err *err)
{
    uint8_t *der = NULL;
    int size = i2d_PUBKEY(key->pkey, &der);

    if (size <= 0)
        return openssl_error_set(err, ERR_INVALID, "cannot take the public half of a key");

    int rc = public_key_from_der(der, (size_t)size, out, err);

    OPENSSL_free(der);
    return rc;
}

int private_key_sign(const struct private_key *key, const uint8_t *p, size_t n,
    uint8_t signature[IMAGE_SIGNATURE_MAX], size_t *size)
{
    size_t room = IMAGE_SIGNATURE_MAX;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int done = ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
               EVP_DigestSign(ctx, signature, &room, p, n) == 1;

    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    if (!done)
        return ERR_IO;
    *size = room;
    return 0;
}
