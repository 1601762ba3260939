#ifndef PKI_JUDGED_H
#define PKI_JUDGED_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate_facts.h"

// Certificates that the CA was found to vouch for. Who comes back with one is not judged again: to
// read it and to verify its signature takes a quarter of what a connection costs the broker.
// Memory: 8 MB when it is full; of two certificates in one place the later one is remembered.
// Whoever uses it from several threads locks.
struct judged;

ERR_CHECKED int judged_new(struct judged **out);
void judged_free(struct judged *judged);

// fingerprint: the SHA-256 of the bytes that were shown, in hex.
void judged_keep(
    struct judged *judged, const char *fingerprint, const struct certificate_facts *facts);

// What such bytes say, or NULL if they have to be judged: they are not remembered, or their time
// is not now. Borrowed until the next judged_keep().
const struct certificate_facts *judged_find(
    const struct judged *judged, const char *fingerprint, int64_t now_ms);

// When another CA is in use.
void judged_forget(struct judged *judged);

#endif
