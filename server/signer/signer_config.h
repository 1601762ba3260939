#ifndef SIGNER_CONFIG_H
#define SIGNER_CONFIG_H

#include <stddef.h>

#include "server/base/err.h"
#include "server/signer/signer_policy.h"

// The signer's configuration, secureesp-signer(8).
struct signer_config {
    // [signer]
    char *folder; // ca.crt, ca.key, issued.pem
    char *socket;
    char *client; // the user, by name or number, that may ask
    // [policy]
    struct signer_policy policy;
};

// Reads a file: what it does not set has its default. ERR_INVALID names file and line of the first
// mistake. Free with signer_config_clear().
ERR_CHECKED int signer_config_load(const char *path, struct signer_config *out, struct err *err);
// The same from the n bytes of a text; name stands for the file in messages.
ERR_CHECKED int signer_config_parse(
    const char *name, const char *text, size_t n, struct signer_config *out, struct err *err);
void signer_config_clear(struct signer_config *config);

#endif
