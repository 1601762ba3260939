// Lets another library sign in GnuTLS's place.
#include "server/http/http_key.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"

#define FILE_MAX ((size_t)256 * 1024)
#define DIGEST_MAX 64 // SHA-512

// What GnuTLS is given with the key.
struct foreign_key {
    const struct http_signer *signer;
    void *key;
    int algorithm; // gnutls_pk_algorithm_t
    unsigned bits;
};

// GnuTLS's numbers of those in http_tls_priorities(), and RFC 8446's.
static const struct scheme {
    gnutls_sign_algorithm_t algorithm;
    gnutls_digest_algorithm_t hash;
    uint16_t number;
} schemes[] = {
    {GNUTLS_SIGN_RSA_SHA256, GNUTLS_DIG_SHA256, 0x0401},
    {GNUTLS_SIGN_RSA_SHA384, GNUTLS_DIG_SHA384, 0x0501},
    {GNUTLS_SIGN_RSA_SHA512, GNUTLS_DIG_SHA512, 0x0601},
    {GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, GNUTLS_DIG_SHA256, 0x0804},
    {GNUTLS_SIGN_ECDSA_SHA256, GNUTLS_DIG_SHA256, 0x0403},
    {GNUTLS_SIGN_ECDSA_SHA384, GNUTLS_DIG_SHA384, 0x0503},
    {GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, GNUTLS_DIG_SHA256, 0x0403},
};

static const struct scheme *find(gnutls_sign_algorithm_t algorithm)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (schemes[i].algorithm == algorithm)
            return &schemes[i];
    }
    return NULL;
}

// Of PKCS#1 1.5 GnuTLS gives a DigestInfo (RFC 8017, A.2.4), which says by itself which hash it
// has.
static int take_apart(
    const gnutls_datum_t *info, const struct scheme **scheme, uint8_t *digest, unsigned *digest_n)
{
    gnutls_digest_algorithm_t hash;
    int rc = gnutls_decode_ber_digest_info(info, &hash, digest, digest_n);

    if (rc < 0)
        return rc;
    for (*scheme = schemes; (*scheme)->algorithm != GNUTLS_SIGN_RSA_PSS_RSAE_SHA256; ++*scheme) {
        if ((*scheme)->hash == hash)
            return 0;
    }
    return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
}

static int sign(const struct foreign_key *foreign, const struct scheme *scheme,
    const gnutls_datum_t *digest, gnutls_datum_t *out)
{
    struct http_signature signature;

    if (foreign->signer->sign(
            foreign->key, scheme->number, digest->data, digest->size, &signature) < 0)
        return GNUTLS_E_PK_SIGN_FAILED;
    out->data = gnutls_malloc(signature.size); // GnuTLS frees it
    if (out->data == NULL)
        return GNUTLS_E_MEMORY_ERROR;
    memcpy(out->data, signature.bytes, signature.size);
    out->size = (unsigned)signature.size;
    return 0;
}

// As gnutls_privkey_sign_hash_func.
static int sign_digest(gnutls_privkey_t privkey, gnutls_sign_algorithm_t algorithm, void *ctx,
    unsigned flags, const gnutls_datum_t *data, gnutls_datum_t *out)
{
    const struct scheme *scheme = find(algorithm);
    uint8_t bytes[DIGEST_MAX];
    gnutls_datum_t digest = {bytes, sizeof bytes};
    int rc = 0;

    (void)privkey;
    (void)flags;
    if (algorithm == GNUTLS_SIGN_RSA_RAW)
        rc = take_apart(data, &scheme, bytes, &digest.size);
    else
        digest = *data;
    if (rc == 0 && scheme == NULL)
        rc = GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
    return rc < 0 ? rc : sign(ctx, scheme, &digest, out);
}

// As gnutls_privkey_sign_data_func; GnuTLS 3.7 does not call it for these.
static int sign_data(gnutls_privkey_t privkey, gnutls_sign_algorithm_t algorithm, void *ctx,
    unsigned flags, const gnutls_datum_t *data, gnutls_datum_t *out)
{
    const struct scheme *scheme = find(algorithm);
    uint8_t bytes[DIGEST_MAX];
    gnutls_datum_t digest = {bytes, 0};
    int rc;

    (void)privkey;
    (void)flags;
    if (scheme == NULL)
        return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
    rc = gnutls_hash_fast(scheme->hash, data->data, data->size, bytes);
    digest.size = gnutls_hash_get_len(scheme->hash);
    return rc < 0 ? rc : sign(ctx, scheme, &digest, out);
}

// As gnutls_privkey_info_func.
static int describe(gnutls_privkey_t privkey, unsigned flags, void *ctx)
{
    const struct foreign_key *foreign = ctx;

    (void)privkey;
    if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO)
        return foreign->algorithm;
    if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS)
        return (int)foreign->bits;
    if (flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) {
        gnutls_sign_algorithm_t algorithm = GNUTLS_FLAGS_TO_SIGN_ALGO(flags);

        return find(algorithm) != NULL && gnutls_sign_supports_pk_algorithm(algorithm,
                                              (gnutls_pk_algorithm_t)foreign->algorithm) != 0;
    }
    return -1;
}

static void drop(gnutls_privkey_t privkey, void *ctx)
{
    struct foreign_key *foreign = ctx;

    (void)privkey;
    foreign->signer->close(foreign->key);
    free(foreign);
}

// A key in whose place the signer signs; own is what GnuTLS read.
static int import_foreign(const struct http_signer *signer, gnutls_privkey_t own,
    const gnutls_datum_t *pem, gnutls_privkey_t key, struct err *err)
{
    struct foreign_key *foreign = calloc(1, sizeof *foreign);
    int rc;

    if (foreign == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a key");
    foreign->signer = signer;
    foreign->algorithm = gnutls_privkey_get_pk_algorithm(own, &foreign->bits);
    rc = signer->open(pem->data, pem->size, &foreign->key, err);
    if (rc < 0) {
        free(foreign);
        return rc;
    }
    rc = gnutls_privkey_import_ext4(key, foreign, sign_data, sign_digest, NULL, drop, describe, 0);
    if (rc < 0) {
        drop(key, foreign);
        return err_set(err, ERR_INVALID, "%s", gnutls_strerror(rc));
    }
    return 0;
}

// A certificate and a key that do not belong together would fail every handshake.
static int check_pair(gnutls_privkey_t key, gnutls_pubkey_t certified, struct err *err)
{
    gnutls_pubkey_t from_key;
    unsigned char ids[2][64];
    size_t sizes[2] = {sizeof ids[0], sizeof ids[1]};
    int rc = gnutls_pubkey_init(&from_key);

    if (rc < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for a key");
    rc = gnutls_pubkey_import_privkey(from_key, key, 0, 0);
    if (rc == 0)
        rc = gnutls_pubkey_get_key_id(from_key, GNUTLS_KEYID_USE_SHA256, ids[0], &sizes[0]);
    if (rc == 0)
        rc = gnutls_pubkey_get_key_id(certified, GNUTLS_KEYID_USE_SHA256, ids[1], &sizes[1]);
    gnutls_pubkey_deinit(from_key);
    if (rc < 0)
        return err_set(err, ERR_INVALID, "%s", gnutls_strerror(rc));
    if (sizes[0] != sizes[1] || memcmp(ids[0], ids[1], sizes[0]) != 0)
        return err_set(err, ERR_INVALID, "it does not belong to the certificate");
    return 0;
}

static int import_own(const gnutls_datum_t *pem, gnutls_privkey_t *out, struct err *err)
{
    int rc = gnutls_privkey_init(out);

    if (rc < 0) {
        *out = NULL;
        return err_set(err, ERR_NO_MEMORY, "no memory for a key");
    }
    rc = gnutls_privkey_import_x509_raw(*out, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    return rc < 0 ? err_set(err, ERR_INVALID, "%s", gnutls_strerror(rc)) : 0;
}

static int replace_own(const struct http_signer *signer, const gnutls_datum_t *pem,
    gnutls_privkey_t *key, struct err *err)
{
    gnutls_privkey_t foreign;
    int rc = gnutls_privkey_init(&foreign);

    if (rc < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for a key");
    rc = import_foreign(signer, *key, pem, foreign, err);
    if (rc < 0) {
        gnutls_privkey_deinit(foreign);
        return rc;
    }
    gnutls_privkey_deinit(*key);
    *key = foreign;
    return 0;
}

int http_key_load(const char *path, const gnutls_pcert_st *certificate,
    const struct http_signer *signer, gnutls_privkey_t *out, struct err *err)
{
    gnutls_privkey_t key = NULL;
    uint8_t *bytes;
    size_t n;
    int rc = file_read(path, FILE_MAX, &bytes, &n, err);

    if (rc < 0)
        return rc;

    gnutls_datum_t pem = {bytes, (unsigned)n};

    rc = import_own(&pem, &key, err);
    if (rc == 0)
        rc = check_pair(key, certificate->pubkey, err);
    if (rc == 0 && signer != NULL)
        rc = replace_own(signer, &pem, &key, err);
    explicit_bzero(bytes, n);
    free(bytes);
    if (rc == 0) {
        *out = key;
        return 0;
    }
    if (key != NULL)
        gnutls_privkey_deinit(key);
    return err_context(err, "key %s", path);
}
