#ifndef PKI_CA_FILE_H
#define PKI_CA_FILE_H

#include "server/base/err.h"

// A CA's folder holds in ca.crt what devices are to trust: the CA itself, while it changes another
// one, and CAs below them if such sign devices.

// What becomes of it. Both are the SHA-256 of a certificate's DER, "" for none. With the one that
// goes go the CAs below it, but for those that one that stays has signed, too; and, if another one
// comes whose key is another, other certificates of its key.
struct ca_file_edit {
    const char *without; // which goes
    const char *with;    // that of FROM/ca.crt, which takes its place, or comes last
};

// The text that FOLDER/ca.crt would hold then; the caller frees it. NULL if nothing is left.
ERR_CHECKED int ca_file_edited(const char *folder, const char *from,
    const struct ca_file_edit *edit, char **text, struct err *err);

// Whether devices would take it: ERR_INVALID.
ERR_CHECKED int ca_file_check_size(const char *text, struct err *err);

// Changes FOLDER/ca.crt. ERR_INVALID if nothing would be left in it, or more than devices take.
ERR_CHECKED int ca_file_edit(
    const char *folder, const char *from, const struct ca_file_edit *edit, struct err *err);

#endif
