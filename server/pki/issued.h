#ifndef PKI_ISSUED_H
#define PKI_ISSUED_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"

// What a CA has issued: FOLDER/issued.pem, each certificate as it was signed, in that order, also
// those that others have replaced since. So that each one's serial is known when it is to be
// revoked.

// Adds certificates, durably when this returns: to be called before any of them is given away.
// What a power cut left unfinished at the end is taken away. On failure nothing is added. ERR_IO,
// ERR_DENIED, ERR_CONFLICT if it is no regular file, ERR_NO_MEMORY.
ERR_CHECKED int issued_add(
    const char *folder, struct certificate *const *certificates, size_t count, struct err *err);

// Calls each() for all of them, the oldest first, until it returns non-zero, which is then
// returned. ERR_NOT_FOUND if none was recorded; ERR_INVALID with the place of one that is damaged.
ERR_CHECKED int issued_each(const char *folder,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err);

// The same of the n bytes of such a record, n not 0; ERR_INVALID also if the last one has no end.
ERR_CHECKED int issued_parse(const uint8_t *text, size_t n,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err);

// Writes certificates as such a record, n bytes and a NUL; the caller frees it. ERR_NO_MEMORY.
ERR_CHECKED int issued_format(
    struct certificate *const *certificates, size_t count, char **text, size_t *n, struct err *err);

#endif
