#ifndef PKI_REQUEST_FILE_H
#define PKI_REQUEST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate_request.h"
#include "server/pki/private_key.h"
#include "server/pki/subject_names.h"

#define REQUEST_FILE_MAX 16384

// Requests for certificates (PKCS #10, RFC 2986) as PEM files: how a key that stays where it is
// gets its certificate from a CA that is elsewhere.

// Writes one, NUL-terminated; the caller frees it. Names are asked for as an extension.
// ERR_INVALID as subject_names_apply(), ERR_IO, ERR_NO_MEMORY.
ERR_CHECKED int request_file_make(const struct private_key *key, const char *common_name,
    const struct subject_names *names, char **out, struct err *err);

// Whether two ask for the same, for the same key, whatever their signatures.
bool request_file_is_same(const char *a, const char *b);

// Reads the n bytes of one, and verifies it as certificate_request_parse().
ERR_CHECKED int request_file_parse(
    const uint8_t *pem, size_t n, struct certificate_request *out, struct err *err);

#endif
