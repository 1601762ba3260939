// Statuses from bytes.
#include "server/ingest/status_decode.h"

#include "server/ingest/status_json.h"
#include "server/ingest/status_scan.h"

int status_decode(const uint8_t *p, size_t n, struct device_status *out, const char **reason)
{
    struct device_status plain;

    if (!status_scan(p, n, &plain))
        return status_json_decode(p, n, out, reason);
    *out = plain;
    return 0;
}
