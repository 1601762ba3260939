#ifndef TRUST_H
#define TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/authority.h"

// Whose certificates are good: by the CA's file and the list of who is shut out, as both are now.
struct trust;

// Reads the CA's file; the list may come later. ERR_* as authority_load(). The paths are borrowed.
ERR_CHECKED int trust_new(
    const char *ca_path, const char *list_path, struct trust **out, struct err *err);
void trust_free(struct trust *trust);

// What trust_refresh() found, bits.
enum trust_change {
    TRUST_CA = 1,     // another CA file is in use
    TRUST_CA_BAD = 2, // it cannot be used; the one before is
    TRUST_LIST = 4,   // another list is in use, or the one in use can be read again
    TRUST_LIST_BAD = 8,
};

// Looks whether the files are others, at most ten times a second. err then says what is wrong with
// one that is bad.
unsigned trust_refresh(struct trust *trust, int64_t monotonic_ms, struct err *err);

// Whether there has been a list. Its number and entries; zero without.
bool trust_has_list(const struct trust *trust);
uint64_t trust_list_number(const struct trust *trust);
size_t trust_list_count(const struct trust *trust);

// As authority_judge_client(), now.
ERR_CHECKED int trust_judge(struct trust *trust, const uint8_t *der, size_t n,
    struct certificate_facts *out, struct err *err);

// Whether a CA that signed something is still one of the file's.
bool trust_has_ca(const struct trust *trust, const char *fingerprint);

// Whether the list shuts out a certificate. mac: the device's, or "".
bool trust_is_revoked(
    const struct trust *trust, const char *serial, const char *mac, int64_t not_before_ms);

// Whether it shuts out each certificate of a device.
bool trust_is_device_revoked(const struct trust *trust, const char *mac);

#endif
