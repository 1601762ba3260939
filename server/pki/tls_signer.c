// Signs handshakes of TLS.
#include "server/pki/tls_signer.h"

#include <stdbool.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "server/pki/pem_key.h"

struct tls_signer {
    EVP_PKEY *pkey;
};

// RFC 8446, 4.2.3. In TLS 1.2 the curve of ECDSA is the key's, whatever the hash.
static const struct scheme {
    uint16_t number;
    const char *key;
    const EVP_MD *(*hash)(void);
    int padding; // of RSA; 0: none
} schemes[] = {
    {0x0401, "RSA", EVP_sha256, RSA_PKCS1_PADDING},
    {0x0501, "RSA", EVP_sha384, RSA_PKCS1_PADDING},
    {0x0601, "RSA", EVP_sha512, RSA_PKCS1_PADDING},
    {0x0804, "RSA", EVP_sha256, RSA_PKCS1_PSS_PADDING},
    {0x0805, "RSA", EVP_sha384, RSA_PKCS1_PSS_PADDING},
    {0x0806, "RSA", EVP_sha512, RSA_PKCS1_PSS_PADDING},
    {0x0403, "EC", EVP_sha256, 0},
    {0x0503, "EC", EVP_sha384, 0},
};

int tls_signer_from_pem(const uint8_t *pem, size_t n, struct tls_signer **out, struct err *err)
{
    struct tls_signer *signer;
    EVP_PKEY *pkey;
    int rc = pem_key_read(pem, n, &pkey, err);

    if (rc < 0)
        return rc;
    signer = calloc(1, sizeof *signer);
    if (signer == NULL) {
        EVP_PKEY_free(pkey);
        return err_set(err, ERR_NO_MEMORY, "no memory for a key");
    }
    signer->pkey = pkey;
    if (EVP_PKEY_get_size(signer->pkey) > TLS_SIGNER_SIZE) {
        tls_signer_free(signer);
        return err_set(err, ERR_INVALID, "its key is larger than %d bits", TLS_SIGNER_SIZE * 8);
    }
    *out = signer;
    return 0;
}

void tls_signer_free(struct tls_signer *signer)
{
    if (signer == NULL)
        return;
    EVP_PKEY_free(signer->pkey);
    free(signer);
}

static const struct scheme *find(const struct tls_signer *signer, uint16_t number)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (schemes[i].number == number && EVP_PKEY_is_a(signer->pkey, schemes[i].key) == 1)
            return &schemes[i];
    }
    return NULL;
}

// The salt of PSS is as long as the hash (RFC 8446, 4.2.3).
static bool prepare(EVP_PKEY_CTX *ctx, const struct scheme *scheme)
{
    if (EVP_PKEY_sign_init(ctx) <= 0)
        return false;
    if (scheme->padding == 0)
        return true;
    return EVP_PKEY_CTX_set_rsa_padding(ctx, scheme->padding) > 0 &&
           EVP_PKEY_CTX_set_signature_md(ctx, scheme->hash()) > 0 &&
           (scheme->padding != RSA_PKCS1_PSS_PADDING ||
               EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0);
}

int tls_signer_sign(const struct tls_signer *signer, uint16_t number, const uint8_t *digest,
    size_t n, struct tls_signer_signature *out)
{
    const struct scheme *scheme = find(signer, number);
    size_t room = sizeof out->bytes;

    if (scheme == NULL)
        return ERR_DENIED;
    if (n != (size_t)EVP_MD_get_size(scheme->hash()))
        return ERR_INVALID;

    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, signer->pkey, NULL);
    bool done =
        ctx != NULL && prepare(ctx, scheme) && EVP_PKEY_sign(ctx, out->bytes, &room, digest, n) > 0;

    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();
    if (!done)
        return ERR_IO;
    out->size = room;
    return 0;
}
