#ifndef PKI_PKI_PAIRS_H
#define PKI_PKI_PAIRS_H

#include <stddef.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"
#include "server/pki/private_key.h"

// Pairs of a key and its certificate, made and written to where they belong in a CA's folder.
struct pki_pairs {
    const struct issuer *issuer; // NULL: each signs itself, and is not recorded
    const struct pki_folder_order *order;
    const struct issuer_order *wanted; // count of them
    struct pki_folder_pair *pairs;     // count of them, their paths decided
    size_t count;                      // at most PKI_FOLDER_DEVICES_MAX
    size_t made;                       // how many were written; also if the next one failed
    size_t at;                         // the one that failed
};

// Makes them. All are recorded (server/pki/issued.h) before the first one's certificate is written;
// none is if one cannot be made. ERR_CONFLICT if a file exists, or as issuer_issue().
ERR_CHECKED int pki_pairs_make(struct pki_pairs *pairs, struct err *err);

// Before anything costly is made: whether both files can be written. ERR_CONFLICT.
ERR_CHECKED int pki_pairs_check_free(
    const struct pki_folder_order *order, const struct pki_folder_pair *pair, struct err *err);

ERR_CHECKED int pki_pairs_write_key(const struct pki_folder_order *order,
    const struct private_key *key, const char *path, struct err *err);

// Writes it to pair->public_path, and says in pair what it is. As credential_file_write().
ERR_CHECKED int pki_pairs_write_certificate(const struct pki_folder_order *order,
    const struct certificate *certificate, struct pki_folder_pair *pair, struct err *err);

#endif
