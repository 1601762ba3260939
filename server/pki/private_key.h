#ifndef PKI_PRIVATE_KEY_H
#define PKI_PRIVATE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image_trailer.h"
#include "server/base/err.h"
#include "server/pki/public_key.h"

struct private_key;

enum private_key_kind { PRIVATE_KEY_P256, PRIVATE_KEY_RSA2048 };

// Makes a key. ERR_IO if OpenSSL cannot.
ERR_CHECKED int private_key_generate(
    enum private_key_kind kind, struct private_key **out, struct err *err);

// ERR_DENIED unless the file is its owner's alone, who is this process's user or root (to root: any
// user); a group may read what is root's.
ERR_CHECKED int private_key_check_mode(const char *path, struct err *err);

// Reads the private key of a PEM file (PKCS#8, SEC 1 or PKCS#1, without a passphrase), or opens the
// one in a token that the file names (token_key.h). As file_read() and private_key_check_mode(),
// and ERR_INVALID if it is none or of a kind that public_key.h does not list; as token_key_open().
ERR_CHECKED int private_key_load(const char *path, struct private_key **out, struct err *err);

void private_key_free(struct private_key *key);

// Whether it is in a token, and has never been in this process.
bool private_key_is_in_token(const struct private_key *key);

// Writes the key as PEM of PKCS#8 (RFC 5958), *size bytes and a NUL. The caller wipes and frees it.
ERR_CHECKED int private_key_to_pem(
    const struct private_key *key, char **out, size_t *size, struct err *err);

// The public half.
ERR_CHECKED int private_key_public(
    const struct private_key *key, struct public_key *out, struct err *err);

// Signs SHA-256 of n bytes, as public_key_verify() verifies it.
ERR_CHECKED int private_key_sign(const struct private_key *key, const uint8_t *p, size_t n,
    uint8_t signature[IMAGE_SIGNATURE_MAX], size_t *size);

#endif
