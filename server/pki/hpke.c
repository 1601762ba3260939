// Seals for one device. OpenSSL has HPKE of its own from 3.2 on; this serves 3.0, too.
#include "server/pki/hpke.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"

static int sum(const struct hpke_keys_part *key, const struct hpke_keys_part *parts, size_t count,
    uint8_t out[HPKE_KEYS_HASH_SIZE])
{
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);
    size_t n;
    bool good = ctx != NULL && EVP_MAC_init(ctx, key->p, key->n, params) == 1;

    for (size_t i = 0; good && i < count; i++)
        good = EVP_MAC_update(ctx, parts[i].p, parts[i].n) == 1;
    good = good && EVP_MAC_final(ctx, out, &n, HPKE_KEYS_HASH_SIZE) == 1;
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(hmac);
    return good ? 0 : ERR_IO;
}

static bool write_point(EVP_PKEY *key, uint8_t out[HPKE_KEYS_POINT_SIZE])
{
    size_t n = 0;

    return EVP_PKEY_get_octet_string_param(
               key, OSSL_PKEY_PARAM_PUB_KEY, out, HPKE_KEYS_POINT_SIZE, &n) == 1 &&
           n == HPKE_KEYS_POINT_SIZE && out[0] == POINT_CONVERSION_UNCOMPRESSED;
}

// It looks at the peer's point, too.
static bool agree(EVP_PKEY *own, EVP_PKEY *peer, uint8_t out[HPKE_KEYS_SECRET_SIZE])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
    size_t n = HPKE_KEYS_SECRET_SIZE;
    bool good = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
                EVP_PKEY_derive_set_peer(ctx, peer) == 1 && EVP_PKEY_derive(ctx, out, &n) == 1 &&
                n == HPKE_KEYS_SECRET_SIZE;

    EVP_PKEY_CTX_free(ctx);
    return good;
}

// Encap() (RFC 9180, 4.1) and KeySchedule() (5.1): with a key pair for this message alone.
static bool derive(EVP_PKEY *recipient, const struct hpke_keys_part *info, uint8_t *encapsulated,
    struct hpke_keys *keys)
{
    struct hpke_keys_input input = {.info = *info};
    EVP_PKEY *ephemeral = EVP_EC_gen("P-256");
    bool good = ephemeral != NULL && write_point(ephemeral, input.encapsulated) &&
                write_point(recipient, input.recipient) &&
                agree(ephemeral, recipient, input.secret) &&
                hpke_keys_derive(sum, &input, keys) == 0;

    memcpy(encapsulated, input.encapsulated, sizeof input.encapsulated);
    OPENSSL_cleanse(&input, sizeof input);
    EVP_PKEY_free(ephemeral);
    return good;
}

// Writes the text encrypted, and the tag behind it.
static bool encrypt_text(
    const struct hpke_keys *keys, const struct hpke_message *message, uint8_t *out)
{
    const int text_size = (int)message->text.n;
    const int aad_size = (int)message->aad.n;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;
    bool good =
        ctx != NULL &&
        EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, keys->key, keys->nonce) == 1 &&
        EVP_EncryptUpdate(ctx, NULL, &n, message->aad.p, aad_size) == 1 &&
        EVP_EncryptUpdate(ctx, out, &n, message->text.p, text_size) == 1 &&
        EVP_EncryptFinal_ex(ctx, out + n, &n) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, HPKE_KEYS_TAG_SIZE, out + text_size) == 1;

    EVP_CIPHER_CTX_free(ctx);
    return good;
}

static int check_key(EVP_PKEY *key, struct err *err)
{
    uint8_t point[HPKE_KEYS_POINT_SIZE];
    char group[32] = "";

    if (key == NULL || !EVP_PKEY_is_a(key, "EC") ||
        EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1 ||
        strcmp(group, SN_X9_62_prime256v1) != 0 || !write_point(key, point))
        return openssl_error_set(err, ERR_INVALID, "seal: the recipient's key is not on P-256");
    return 0;
}

int hpke_seal(const struct certificate *recipient, const struct hpke_message *message,
    uint8_t **out, size_t *size, struct err *err)
{
    EVP_PKEY *key = X509_get0_pubkey(recipient->x509);
    const size_t n = HPKE_KEYS_OVERHEAD + message->text.n;
    struct hpke_keys keys;
    int rc = check_key(key, err);

    if (rc < 0)
        return rc;
    if (message->text.n > HPKE_TEXT_MAX || message->aad.n > HPKE_TEXT_MAX)
        return err_set(err, ERR_TOO_LARGE, "seal: more than %d bytes", HPKE_TEXT_MAX);

    uint8_t *sealed = malloc(n);

    if (sealed == NULL)
        return err_set(err, ERR_NO_MEMORY, "seal: no memory");

    bool good = derive(key, &message->info, sealed, &keys) &&
                encrypt_text(&keys, message, sealed + HPKE_KEYS_POINT_SIZE);

    OPENSSL_cleanse(&keys, sizeof keys);
    if (!good) {
        free(sealed);
        return openssl_error_set(err, ERR_IO, "seal: OpenSSL cannot");
    }
    *out = sealed;
    *size = n;
    return 0;
}
