#ifndef FIRMWARE_ENROL_HPKE_H
#define FIRMWARE_ENROL_HPKE_H

#include <stddef.h>
#include <stdint.h>

#include <mbedtls/pk.h>

#include "common/hpke_keys.h"
#include "firmware/core/failure.h"
#include "firmware/core/tls_random.h"

// For whom a message is sealed, and what it is bound to.
struct hpke {
    const mbedtls_pk_context *key; // the device's
    struct tls_random *random;     // seeded: it blinds the arithmetic
    struct hpke_keys_part info;
    struct hpke_keys_part aad;
};

// Opens a message (common/hpke_keys.h) of n bytes at p, where its text then stands. Returns the
// text's bytes. Anybody can seal, and a message can come twice: what it is bound to must tell.
// Fails with RESULT_FILE_INVALID if it was not sealed for this key, info and aad, or is not whole,
// or the key is not on P-256, and RESULT_OUT_OF_MEMORY; nothing of the text stands at p then.
int hpke_open(const struct hpke *hpke, uint8_t *p, size_t n, struct failure *failure);

#endif
