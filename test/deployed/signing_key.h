#ifndef TEST_DEPLOYED_SIGNING_KEY_H
#define TEST_DEPLOYED_SIGNING_KEY_H

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads an RSA key from a SubjectPublicKeyInfo (RFC 5280, 4.1; RFC 8017, A.1.1). *out refers to
// der.
bool signing_key_decode(uint8_t *der, size_t n, br_rsa_public_key *out);

// The key that a running image embeds, from a PEM file into the arena. 0 or a failure, reported.
int signing_key_load(const char *path, br_rsa_public_key *out);

#endif
