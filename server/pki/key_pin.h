#ifndef PKI_KEY_PIN_H
#define PKI_KEY_PIN_H

#include "server/base/err.h"
#include "server/pki/certificate.h"

// "SHA256:", 43 digits of base64 without padding, as ssh-keygen(1) prints a key's, and a NUL.
#define KEY_PIN_SIZE 51

// Writes the fingerprint of a certificate's public key: the SHA-256 of its SubjectPublicKeyInfo. A
// certificate that is renewed with the same key has the same. ERR_NO_MEMORY.
ERR_CHECKED int key_pin_of(
    const struct certificate *certificate, char out[KEY_PIN_SIZE], struct err *err);

// Reads one as a person types or copies it, with or without "SHA256:" and padding, or as 64 hex
// digits, and writes it as above, so that two of one key are the same text. ERR_INVALID.
ERR_CHECKED int key_pin_parse(const char *text, char out[KEY_PIN_SIZE], struct err *err);

#endif
