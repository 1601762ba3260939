#ifndef COMMON_HPKE_KEYS_H
#define COMMON_HPKE_KEYS_H

#include <stddef.h>
#include <stdint.h>

// HPKE (RFC 9180) in base mode with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-128-GCM, one
// message for each encapsulated key: what both ends do alike. Sealed, a text has the encapsulated
// key in front of it and the tag behind it.

#define HPKE_KEYS_POINT_SIZE 65  // the encapsulated key, as any point here: SEC 1, uncompressed
#define HPKE_KEYS_SECRET_SIZE 32 // of the Diffie-Hellman exchange
#define HPKE_KEYS_TAG_SIZE 16
#define HPKE_KEYS_OVERHEAD (HPKE_KEYS_POINT_SIZE + HPKE_KEYS_TAG_SIZE)

#define HPKE_KEYS_HASH_SIZE 32
#define HPKE_KEYS_KEY_SIZE 16
#define HPKE_KEYS_NONCE_SIZE 12

struct hpke_keys_part {
    const void *p; // not NULL
    size_t n;      // bytes
};

// Writes HMAC-SHA-256 (RFC 2104) of count parts, one behind the other, to out, which may be where
// the key stands. 0, or what hpke_keys_derive() is to return.
typedef int hpke_keys_hmac(const struct hpke_keys_part *key, const struct hpke_keys_part *parts,
    size_t count, uint8_t out[HPKE_KEYS_HASH_SIZE]);

// What the keys are derived from.
struct hpke_keys_input {
    uint8_t secret[HPKE_KEYS_SECRET_SIZE];      // of the Diffie-Hellman exchange
    uint8_t encapsulated[HPKE_KEYS_POINT_SIZE]; // the sender's point
    uint8_t recipient[HPKE_KEYS_POINT_SIZE];    // the recipient's
    struct hpke_keys_part info;
};

// Key and nonce of the message with sequence number 0: the first HPKE_KEYS_KEY_SIZE and
// HPKE_KEYS_NONCE_SIZE bytes of each. What they come from stands there too: the caller wipes all of
// it.
struct hpke_keys {
    uint8_t key[HPKE_KEYS_HASH_SIZE];
    uint8_t nonce[HPKE_KEYS_HASH_SIZE];
    uint8_t derived[HPKE_KEYS_HASH_SIZE];         // at last the "secret"
    uint8_t context[1 + 2 * HPKE_KEYS_HASH_SIZE]; // "key_schedule_context"
};

// RFC 9180, 4.1 (ExtractAndExpand) and 5.1 (KeySchedule). 0, or what hmac has returned.
int hpke_keys_derive(
    hpke_keys_hmac *hmac, const struct hpke_keys_input *input, struct hpke_keys *out);

#endif
