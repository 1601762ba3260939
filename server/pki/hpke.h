#ifndef PKI_HPKE_H
#define PKI_HPKE_H

#include <stddef.h>
#include <stdint.h>

#include "common/hpke_keys.h"
#include "server/base/err.h"
#include "server/pki/certificate.h"

#define HPKE_TEXT_MAX 65536 // bytes

// A text, and what it is bound to: who opens it must know both of these.
struct hpke_message {
    struct hpke_keys_part text;
    struct hpke_keys_part info;
    struct hpke_keys_part aad;
};

// Seals the text for the key of a device's certificate (common/hpke_keys.h says how): nobody else
// can open it, but anybody could have sealed it. *size is HPKE_KEYS_OVERHEAD more than the text's;
// the caller frees. ERR_INVALID unless the key is on P-256 with its point uncompressed,
// ERR_TOO_LARGE, ERR_NO_MEMORY, or ERR_IO if OpenSSL cannot.
ERR_CHECKED int hpke_seal(const struct certificate *recipient, const struct hpke_message *message,
    uint8_t **out, size_t *size, struct err *err);

#endif
