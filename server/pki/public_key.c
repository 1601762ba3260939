// Public keys that verify images.
#include "server/pki/public_key.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "server/pki/openssl_error.h"
#include "server/pki/pem_block.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 4096
#define P256_SIZE 91 // named curve and uncompressed point (RFC 5480, 2): all that devices read

// An exponent of 1 would verify any signature, and an even one none.
static bool exponent_is_sound(EVP_PKEY *pkey)
{
    BIGNUM *exponent = NULL;
    bool sound = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
                 BN_is_odd(exponent) && !BN_is_one(exponent);

    BN_free(exponent);
    return sound;
}

// Whether the numbers in the key are sound: a point off the curve verifies nothing that means
// anything. To look at an RSA key's modulus takes milliseconds.
static bool numbers_are_sound(EVP_PKEY *pkey, bool with_modulus)
{
    if (EVP_PKEY_is_a(pkey, "RSA") && !with_modulus)
        return exponent_is_sound(pkey);

    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    bool sound = ctx != NULL && EVP_PKEY_public_check(ctx) == 1;

    EVP_PKEY_CTX_free(ctx);
    return sound;
}

static int name_algorithm(EVP_PKEY *pkey, struct public_key *key, struct err *err)
{
    char group[32] = "";
    int bits = EVP_PKEY_get_bits(pkey);

    if (EVP_PKEY_is_a(pkey, "RSA")) {
        if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
            return err_set(err, ERR_INVALID, "RSA key of %d bits; it must have %d to %d", bits,
                RSA_BITS_MIN, RSA_BITS_MAX);
        snprintf(key->algorithm, sizeof key->algorithm, "RSA-%d", bits);
        return 0;
    }
    if (EVP_PKEY_is_a(pkey, "EC") &&
        EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1 &&
        strcmp(group, SN_X9_62_prime256v1) == 0) {
        snprintf(key->algorithm, sizeof key->algorithm, "P-256");
        return 0;
    }
    return err_set(err, ERR_INVALID, "a key of this kind cannot verify images; give RSA or P-256");
}

static int fill(EVP_PKEY *pkey, bool with_modulus, struct public_key *out, struct err *err)
{
    struct public_key key = {0};
    uint8_t *p = key.der;
    int rc = name_algorithm(pkey, &key, err);

    if (rc < 0)
        return rc;

    int size = i2d_PUBKEY(pkey, NULL);

    if (size <= 0 || (size_t)size > sizeof key.der)
        return openssl_error_set(err, ERR_INVALID, "public key does not fit an image descriptor");
    key.size_bytes = (size_t)i2d_PUBKEY(pkey, &p);
    if (EVP_PKEY_is_a(pkey, "EC") && key.size_bytes != P256_SIZE)
        return err_set(
            err, ERR_INVALID, "P-256 key with a compressed point or explicit parameters");
    if (!numbers_are_sound(pkey, with_modulus))
        return openssl_error_set(err, ERR_INVALID, "unsound public key");
    digest_sha256(key.der, key.size_bytes, key.id);
    *out = key;
    return 0;
}

// OpenSSL also takes what is only BER, which whoever reads it next may not.
static bool is_der(const struct public_key *key, const uint8_t *p, size_t n)
{
    return key->size_bytes == n && memcmp(key->der, p, n) == 0;
}

static EVP_PKEY *decode(const uint8_t *der, size_t n)
{
    const uint8_t *p = der;
    EVP_PKEY *pkey = n <= INT32_MAX ? d2i_PUBKEY(NULL, &p, (long)n) : NULL;

    if (pkey != NULL && p == der + n)
        return pkey;
    EVP_PKEY_free(pkey);
    return NULL;
}

static int read_der(
    const uint8_t *p, size_t n, bool with_modulus, struct public_key *out, struct err *err)
{
    EVP_PKEY *pkey = decode(p, n);

    if (pkey == NULL)
        return openssl_error_set(err, ERR_INVALID, "no public key in DER");

    struct public_key key;
    int rc = fill(pkey, with_modulus, &key, err);

    EVP_PKEY_free(pkey);
    ERR_clear_error();
    if (rc < 0)
        return rc;
    if (!is_der(&key, p, n))
        return err_set(err, ERR_INVALID, "public key is not encoded as DER prescribes");
    *out = key;
    return 0;
}

int public_key_from_der(const uint8_t *p, size_t n, struct public_key *out, struct err *err)
{
    return read_der(p, n, true, out, err);
}

int public_key_check_form(const uint8_t *p, size_t n, struct err *err)
{
    struct public_key key;

    return read_der(p, n, false, &key, err);
}

// What people take for a public key, and how they get at it.
static const struct {
    const char *label; // or its end
    const char *advice;
} mistaken[] = {
    {"ENCRYPTED PRIVATE KEY", "holds an encrypted private key; give its public half: `openssl pkey "
                              "-in KEY -pubout -out NEW`"},
    {"OPENSSH PRIVATE KEY", "holds a private key of OpenSSH, which must stay where it is; give its "
                            "public half: `ssh-keygen -e -m PKCS8 -f KEY >NEW`"},
    {"SSH2 PUBLIC KEY", "holds a public key of SSH; convert it: `ssh-keygen -i -f FILE >KEY` and "
                        "`ssh-keygen -e -m PKCS8 -f KEY >NEW`"},
    {"RSA PUBLIC KEY", "holds a public key in the older form PKCS #1; convert it: `openssl rsa "
                       "-RSAPublicKey_in -in KEY -pubout -out NEW`"},
    {"PRIVATE KEY", "holds a private key, which must stay where it is; give its public half: "
                    "`openssl pkey -in KEY -pubout -out NEW`"},
    {"CERTIFICATE REQUEST", "holds a certificate request; give its public key: `openssl req -in "
                            "FILE -noout -pubkey -out NEW`"},
    {"CERTIFICATE", "holds a certificate; give its public key: `openssl x509 -in FILE -noout "
                    "-pubkey -out NEW`"},
};

static const char *advise(const char *label)
{
    size_t n = strlen(label);

    for (size_t i = 0; i < sizeof mistaken / sizeof mistaken[0]; i++) {
        size_t m = strlen(mistaken[i].label);

        if (n >= m && strcmp(label + n - m, mistaken[i].label) == 0)
            return mistaken[i].advice;
    }
    return NULL;
}

// Whether it begins as a line of authorized_keys does (sshd(8)).
static bool is_ssh(const char *text, size_t n)
{
    static const char *const kinds[] = {"ssh-", "ecdsa-sha2-"};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (n >= strlen(kinds[i]) && memcmp(text, kinds[i], strlen(kinds[i])) == 0)
            return true;
    }
    return false;
}

int public_key_from_pem(const uint8_t *p, size_t n, struct public_key *out, struct err *err)
{
    struct pem_block block;
    struct public_key key;
    size_t count = 0;
    const char *advice = NULL;
    BIO *bio = pem_block_open(p, n);
    int rc = 0;

    while (rc == 0 && bio != NULL && pem_block_next(bio, &block)) {
        if (strcmp(block.label, "PUBLIC KEY") != 0)
            advice = advice != NULL ? advice : advise(block.label);
        else if (++count == 1)
            rc = public_key_from_der(block.der, block.size_bytes, &key, err);
        pem_block_clear(&block);
    }
    if (bio != NULL && count == 0 && advice == NULL && is_ssh((const char *)p, n))
        advice = "holds a public key of SSH; convert it: `ssh-keygen -e -m PKCS8 -f FILE >NEW`";
    BIO_free(bio);
    if (rc < 0)
        return rc;
    if (count == 0 && advice != NULL)
        return err_set(err, ERR_INVALID, "%s", advice);
    if (count == 0)
        return err_set(err, ERR_INVALID,
            "holds no PEM block PUBLIC KEY; make one from DER with `openssl pkey -pubin -inform "
            "DER -in KEY -out NEW`");
    if (count != 1)
        return err_set(err, ERR_INVALID, "holds %zu PEM blocks PUBLIC KEY instead of one", count);
    *out = key;
    return 0;
}

int public_key_to_pem(const struct public_key *key, char **out)
{
    char *text = NULL;
    char *memory = NULL;
    BIO *bio = BIO_new(BIO_s_mem());

    if (bio != NULL && PEM_write_bio(bio, "PUBLIC KEY", "", key->der, (long)key->size_bytes) > 0) {
        long size = BIO_get_mem_data(bio, &memory);

        text = size > 0 ? strndup(memory, (size_t)size) : NULL;
    }
    BIO_free(bio);
    ERR_clear_error();
    if (text == NULL)
        return ERR_NO_MEMORY;
    *out = text;
    return 0;
}

int public_key_verify(const struct public_key *key, const uint8_t *body, size_t body_size,
    const uint8_t *signature, size_t signature_size)
{
    EVP_PKEY *pkey = decode(key->der, key->size_bytes);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool verified = pkey != NULL && ctx != NULL &&
                    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1 &&
                    EVP_DigestVerify(ctx, signature, signature_size, body, body_size) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return verified ? 0 : ERR_DENIED;
}
