#ifndef PKI_KEY_VAULT_H
#define PKI_KEY_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "common/contract.h"
#include "server/base/err.h"

// Seals private keys that wait in the database for their devices, and the secrets of webhooks: who
// has the database alone, as a backup, has none of them. AES-256-GCM (NIST SP 800-38D) with a
// secret in a file of its own, a random nonce in front of what is sealed, the tag behind it, and
// the MAC, or the webhook's name, as additional data.
struct key_vault;

#define KEY_VAULT_FILE "device-keys.secret" // in the daemon's folder
#define KEY_VAULT_SECRET_SIZE 32
#define KEY_VAULT_NONCE_SIZE 12
#define KEY_VAULT_TAG_SIZE 16
#define KEY_VAULT_OVERHEAD (KEY_VAULT_NONCE_SIZE + KEY_VAULT_TAG_SIZE)
#define KEY_VAULT_TEXT_MAX CONTRACT_FILE_MAX // bytes of a key

// Reads the secret, or makes the file with one, mode 0600. ERR_INVALID if it holds something else,
// ERR_DENIED unless it is this user's alone, else as file_read() and file_replace().
ERR_CHECKED int key_vault_open(const char *path, struct key_vault **out, struct err *err);
void key_vault_free(struct key_vault *vault);

// Seals the n bytes of a device's key; *size is KEY_VAULT_OVERHEAD more, and the caller frees *out.
// ERR_TOO_LARGE, ERR_NO_MEMORY, or ERR_IO if OpenSSL cannot.
ERR_CHECKED int key_vault_seal(const struct key_vault *vault, const char *mac, const uint8_t *p,
    size_t n, uint8_t **out, size_t *size, struct err *err);

// The reverse; a NUL follows the text. The caller wipes and frees it. ERR_INVALID if it was not
// sealed for that device with this secret, or has changed.
ERR_CHECKED int key_vault_unseal(const struct key_vault *vault, const char *mac, const uint8_t *p,
    size_t n, uint8_t **out, size_t *size, struct err *err);

#endif
