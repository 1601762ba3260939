#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/daemon/config.h"
#include "server/pki/certificate.h"

#define CREDENTIALS_WARN_DAYS 30 // so long before its end a certificate is told of

// The daemon's CA and its own certificate, as peers will look at them.
struct credentials {
    struct certificate *certificate; // owned
    int64_t ca_not_after_ms;
};

// Judge the files of a configuration. *not_after_ms is the CA's end.
ERR_CHECKED int credentials_check_ca(
    const struct config *config, int64_t *not_after_ms, struct err *err);
ERR_CHECKED int credentials_check_certificate(
    const struct config *config, struct certificate **out, struct err *err);

// Whether the CA of a configuration's file vouches for a certificate that is in use.
ERR_CHECKED int credentials_check_ca_fits(
    const struct config *config, struct certificate *certificate, struct err *err);

// As credentials_check_certificate(), by the CA in use.
ERR_CHECKED int credentials_check_certificate_by(struct device_auth *auth,
    const struct config *config, struct certificate **out, struct err *err);

// As download_config_judge's judge(): whether the certificate that ctx is bears the name that
// devices are told.
ERR_CHECKED int credentials_judge_name(const char *name, void *ctx, struct err *err);

// Whether a certificate bears the names that a configuration, which path names in messages, tells
// devices: of the download server, and of enrolment if that shows the same certificate.
ERR_CHECKED int credentials_check_names(const struct config *config, const char *path,
    struct certificate *certificate, struct err *err);

// All of them, before the daemon starts.
ERR_CHECKED int credentials_open(struct credentials *credentials, const struct config *config,
    const char *path, struct err *err);
void credentials_clear(struct credentials *credentials);

#endif
