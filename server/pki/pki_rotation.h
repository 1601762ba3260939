#ifndef PKI_ROTATION_H
#define PKI_ROTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/digest.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"

// A CA's folder while the CA changes. The new one lies in FOLDER/next until it takes the place of
// the old one, which then lies in FOLDER/previous-XXXXXXXX (of its fingerprint). Each step may be
// cut short anywhere and done again.

struct pki_rotation {
    char old_ca[DIGEST_SHA256_TEXT_SIZE]; // SHA-256 of the certificates' DER
    char new_ca[DIGEST_SHA256_TEXT_SIZE];
};

// Makes the new CA, unless it lies in FOLDER/next: as order says, but for is_root: it allows CAs
// below it if the old one does. order's folder is that of the old one. ERR_INVALID if devices would
// not take both in one file, or the old one is not the first in ca.crt or is below another in it.
ERR_CHECKED int pki_rotation_make(const struct pki_folder_order *order, const char *common_name,
    struct pki_rotation *out, struct err *err);

// Tells which they are; ERR_NOT_FOUND if there is no new one.
ERR_CHECKED int pki_rotation_look(const char *folder, struct pki_rotation *out, struct err *err);

// Lets ca.crt hold both.
ERR_CHECKED int pki_rotation_join(const char *folder, struct err *err);

// Opens the new CA, to issue with; the caller frees it.
ERR_CHECKED int pki_rotation_open(const char *folder, struct issuer **out, struct err *err);

// Whether the new CA has begun to take the place of the old one.
bool pki_rotation_is_finishing(const char *folder);

// Lets the new CA take the place of the old one, and takes the old one out of ca.crt, with the CAs
// below it.
ERR_CHECKED int pki_rotation_finish(const char *folder, struct err *err);

// Takes the new one out of ca.crt, with the CAs below it, and puts it away, to
// FOLDER/abandoned-XXXXXXXX.
ERR_CHECKED int pki_rotation_abandon(const char *folder, struct err *err);

// Where the old CA lies after that, or what it signed meanwhile.
ERR_CHECKED int pki_rotation_previous(
    const char *folder, const struct pki_rotation *rotation, char out[PATH_MAX], struct err *err);

#endif
