#ifndef MAC_KEY_H
#define MAC_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"

// A MAC as the 48-bit number that is the device's key in every table: small, and in the same order.

// False, and *out untouched, if s is no canonical MAC.
bool mac_key_from_text(const char *s, int64_t *out);

// The same; ERR_INVALID.
ERR_CHECKED int mac_key_read(const char *s, int64_t *out, struct err *err);

void mac_key_to_text(int64_t key, char out[MAC_SIZE]);

#endif
