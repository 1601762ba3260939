#ifndef PKI_CERTIFICATE_FILE_H
#define PKI_CERTIFICATE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"

#define CERTIFICATE_FILE_MAX 8

// What is in a file of certificates, in its order.
struct certificate_file {
    size_t size_bytes;
    size_t count;
    struct certificate *certificates[CERTIFICATE_FILE_MAX];
};

// Reads the n bytes of a PEM text, behind which a NUL stands, that holds certificates and nothing
// else. ERR_INVALID if a certificate is damaged, there is none or too many of them, or there is
// another block (as a key, which would be given away) or text around them, which not all readers
// skip. The caller clears it.
ERR_CHECKED int certificate_file_parse(
    const uint8_t *pem, size_t n, struct certificate_file *out, struct err *err);

// The same of a file; also as file_read().
ERR_CHECKED int certificate_file_read(
    const char *path, struct certificate_file *out, struct err *err);
void certificate_file_clear(struct certificate_file *file);

#endif
