// Private keys, sealed while they wait.
#include "server/pki/key_vault.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "server/base/file.h"
#include "server/pki/openssl_error.h"
#include "server/pki/private_key.h"

struct key_vault {
    uint8_t secret[KEY_VAULT_SECRET_SIZE];
};

static int read_secret(const char *path, struct key_vault *vault, struct err *err)
{
    uint8_t *bytes;
    size_t n;
    int rc = file_read(path, KEY_VAULT_SECRET_SIZE, &bytes, &n, err);

    if (rc < 0)
        return rc == ERR_TOO_LARGE ? ERR_INVALID : rc;
    rc = private_key_check_mode(path, err);
    if (rc == 0 && n != KEY_VAULT_SECRET_SIZE)
        rc = err_set(err, ERR_INVALID,
            "%s: has %zu bytes in place of %d; restore it, or remove it and hand over the keys "
            "that wait ('secureesp devices key') again",
            path, n, KEY_VAULT_SECRET_SIZE);
    if (rc == 0)
        memcpy(vault->secret, bytes, n);
    OPENSSL_cleanse(bytes, n);
    free(bytes);
    return rc;
}

static int make_secret(const char *path, struct key_vault *vault, struct err *err)
{
    if (RAND_priv_bytes(vault->secret, sizeof vault->secret) != 1)
        return openssl_error_set(err, ERR_IO, "%s: no random bytes", path);
    return file_replace(path, vault->secret, sizeof vault->secret, 0600, err);
}

int key_vault_open(const char *path, struct key_vault **out, struct err *err)
{
    struct key_vault *vault = calloc(1, sizeof *vault);
    int rc = vault == NULL ? err_set(err, ERR_NO_MEMORY, "%s: no memory", path)
                           : read_secret(path, vault, err);

    if (rc == ERR_NOT_FOUND)
        rc = make_secret(path, vault, err);
    if (rc < 0) {
        key_vault_free(vault);
        return rc;
    }
    *out = vault;
    return 0;
}

void key_vault_free(struct key_vault *vault)
{
    if (vault != NULL)
        OPENSSL_cleanse(vault, sizeof *vault);
    free(vault);
}

// Seals text, or opens what is sealed into it, by the nonce at sealed.
static bool run(EVP_CIPHER_CTX *ctx, const struct key_vault *vault, const char *mac,
    const uint8_t *nonce, bool seals)
{
    int n;

    return EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, vault->secret, nonce, seals) == 1 &&
           EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)mac, (int)strlen(mac)) == 1;
}

static bool seal(
    const struct key_vault *vault, const char *mac, const uint8_t *p, size_t size, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t *text = out + KEY_VAULT_NONCE_SIZE;
    int n;
    bool good =
        ctx != NULL && RAND_bytes(out, KEY_VAULT_NONCE_SIZE) == 1 &&
        run(ctx, vault, mac, out, true) && EVP_CipherUpdate(ctx, text, &n, p, (int)size) == 1 &&
        EVP_CipherFinal_ex(ctx, text + n, &n) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, KEY_VAULT_TAG_SIZE, text + size) == 1;

    EVP_CIPHER_CTX_free(ctx);
    return good;
}

static bool unseal(
    const struct key_vault *vault, const char *mac, const uint8_t *p, size_t size, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    const uint8_t *text = p + KEY_VAULT_NONCE_SIZE;
    uint8_t tag[KEY_VAULT_TAG_SIZE];
    int n;
    bool good;

    memcpy(tag, text + size, sizeof tag);
    good = ctx != NULL && run(ctx, vault, mac, p, false) &&
           EVP_CipherUpdate(ctx, out, &n, text, (int)size) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, KEY_VAULT_TAG_SIZE, tag) == 1 &&
           EVP_CipherFinal_ex(ctx, out + n, &n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return good;
}

int key_vault_seal(const struct key_vault *vault, const char *mac, const uint8_t *p, size_t n,
    uint8_t **out, size_t *size, struct err *err)
{
    uint8_t *sealed;

    if (n > KEY_VAULT_TEXT_MAX)
        return err_set(err, ERR_TOO_LARGE, "a key of more than %d bytes", KEY_VAULT_TEXT_MAX);
    sealed = malloc(n + KEY_VAULT_OVERHEAD);
    if (sealed == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a key");
    if (!seal(vault, mac, p, n, sealed)) {
        free(sealed);
        return openssl_error_set(err, ERR_IO, "the key cannot be sealed");
    }
    *out = sealed;
    *size = n + KEY_VAULT_OVERHEAD;
    return 0;
}

int key_vault_unseal(const struct key_vault *vault, const char *mac, const uint8_t *p, size_t n,
    uint8_t **out, size_t *size, struct err *err)
{
    uint8_t *text;

    if (n < KEY_VAULT_OVERHEAD || n > KEY_VAULT_TEXT_MAX + KEY_VAULT_OVERHEAD)
        return err_set(err, ERR_INVALID, "no sealed key has %zu bytes", n);
    n -= KEY_VAULT_OVERHEAD;
    text = calloc(1, n + 1);
    if (text == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a key");
    if (!unseal(vault, mac, p, n, text)) {
        OPENSSL_cleanse(text, n);
        free(text);
        return openssl_error_set(
            err, ERR_INVALID, "the key was not sealed for %s with this secret", mac);
    }
    *out = text;
    *size = n;
    return 0;
}
