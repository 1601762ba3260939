#ifndef BROKER_CERTIFICATES_H
#define BROKER_CERTIFICATES_H

#include <stddef.h>
#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/pace.h"
#include "server/base/rate.h"
#include "server/revocation/revocation.h"
#include "server/rotation/rotation_watch.h"

// Certificates by which the broker lets clients in: remembered, as those that the download server
// is shown. All are borrowed, rotation may be NULL; all else zero at the start. One thread.
struct broker_certificates {
    struct device_auth *auth;
    struct revocation *revocation;
    struct rotation_watch *rotation;
    struct rate_use use;
    struct pace pace;
};

// Takes what the broker's plugin says of one (certificate_report.h). One of another CA than ours is
// left out, and so are more than any fleet has.
void broker_certificates_take(
    struct broker_certificates *certificates, const uint8_t *payload, size_t n);

#endif
