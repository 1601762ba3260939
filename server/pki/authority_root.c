// CAs above others.
#include "server/pki/authority_root.h"

#include <stdio.h>
#include <string.h>

#include "server/pki/certificate_file.h"

struct climb {
    struct certificate_file file;
    char fingerprints[CERTIFICATE_FILE_MAX][DIGEST_SHA256_TEXT_SIZE];
};

static int read_all(const struct authority *authority, struct climb *climb)
{
    size_t n;
    const uint8_t *pem = authority_pem(authority, &n);
    int rc = certificate_file_parse(pem, n, &climb->file, NULL);

    for (size_t i = 0; rc == 0 && i < climb->file.count; i++)
        rc = certificate_fingerprint(climb->file.certificates[i], climb->fingerprints[i], NULL);
    return rc;
}

static size_t find(const struct climb *climb, const char *fingerprint)
{
    size_t i = 0;

    while (i < climb->file.count && strcmp(climb->fingerprints[i], fingerprint) != 0)
        i++;
    return i;
}

// The one above, or itself.
static size_t step(const struct climb *climb, size_t at)
{
    for (size_t i = 0; i < climb->file.count; i++) {
        if (i != at &&
            certificate_is_below(climb->file.certificates[at], climb->file.certificates[i]))
            return i;
    }
    return at;
}

void authority_root_of(
    const struct authority *authority, const char *ca, char out[DIGEST_SHA256_TEXT_SIZE])
{
    struct climb climb = {0};

    snprintf(out, DIGEST_SHA256_TEXT_SIZE, "%s", ca);
    if (read_all(authority, &climb) == 0) {
        size_t at = find(&climb, ca);

        // No more steps than there are CAs: two may have signed each other.
        for (size_t i = 0; at < climb.file.count && i < climb.file.count; i++)
            at = step(&climb, at);
        if (at < climb.file.count)
            memcpy(out, climb.fingerprints[at], DIGEST_SHA256_TEXT_SIZE);
    }
    certificate_file_clear(&climb.file);
}
