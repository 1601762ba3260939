// Certificates as the store knows them: the names of their origins and kinds.
#include "server/model/certificate_record.h"

static const char *const origin_names[CERTIFICATE_ORIGIN_COUNT] = {
    [CERTIFICATE_ISSUED] = "issued",
    [CERTIFICATE_SEEN] = "seen",
    [CERTIFICATE_FILE] = "file",
    [CERTIFICATE_NAMED] = "named",
    [CERTIFICATE_ENROLLED] = "enrolled",
};

const char *certificate_record_origin_name(enum certificate_origin origin)
{
    return (unsigned)origin < CERTIFICATE_ORIGIN_COUNT ? origin_names[origin] : "unknown";
}

const char *certificate_record_kind(const struct certificate_record *record)
{
    if (record->fingerprint[0] == '\0')
        return "unknown";
    if (record->mac[0] != '\0')
        return "device";
    return record->is_server ? "server" : "client";
}

// Whether the certificate is shut out as one of its device's.
static bool is_shut_out(
    const struct certificate_record *record, const struct device_revocation *device)
{
    return device->readmitted_at_ms == 0 || record->not_before_ms < device->before_ms;
}

struct certificate_standing certificate_record_standing(
    const struct certificate_record *record, const struct device_revocation *device, int64_t now_ms)
{
    struct certificate_standing standing = {"good", record->revoked_at_ms, record->reason};

    if (standing.revoked_at_ms == 0 && device != NULL && is_shut_out(record, device)) {
        standing.revoked_at_ms = device->revoked_at_ms;
        standing.reason = device->reason;
    }
    if (standing.revoked_at_ms != 0)
        standing.state = revocation_reason_is_hold(standing.reason) ? "on-hold" : "revoked";
    else if (record->fingerprint[0] != '\0' && now_ms >= record->not_after_ms)
        standing.state = "expired";
    else if (now_ms < record->not_before_ms)
        standing.state = "not-yet-valid";
    return standing;
}
