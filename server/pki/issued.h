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

// What a record holds.
struct issued_state {
    size_t count;           // of certificates
    size_t unfinished_line; // where one begins that was not written to its end, or 0
};

// Reads all of it, before anything is done by it. ERR_NOT_FOUND if nothing was recorded;
// ERR_INVALID with the place of what is damaged or no certificate; ERR_CONFLICT, ERR_IO,
// ERR_DENIED, ERR_NO_MEMORY.
ERR_CHECKED int issued_look(const char *folder, struct issued_state *out, struct err *err);

// Calls each() for all of them, the oldest first, until it returns non-zero, which is then
// returned. One that is unfinished is passed over. Else as issued_look(), of which the place of
// damage is met after what stands before it.
ERR_CHECKED int issued_each(const char *folder,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err);

// The same for the last of them, so many at most, among which one that is unfinished counts. Those
// before them are passed over without a look at what they are.
ERR_CHECKED int issued_each_last(const char *folder, size_t count,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err);

// As issued_each(), of the n bytes of such a record, n not 0; ERR_INVALID also if the last one has
// no end.
ERR_CHECKED int issued_parse(const uint8_t *text, size_t n,
    int (*each)(const struct certificate *certificate, void *ctx), void *ctx, struct err *err);

// Writes certificates as such a record, n bytes and a NUL; the caller frees it. ERR_NO_MEMORY.
ERR_CHECKED int issued_format(
    struct certificate *const *certificates, size_t count, char **text, size_t *n, struct err *err);

#endif
