// Devices: why they count as online, and how to tell a restart.
#include "server/model/device_record.h"

#define MINUTE_MS 60000
#define DRIFT_PERCENT 1

const char *device_record_reason_name(enum device_reason reason)
{
    switch (reason) {
    case DEVICE_REASON_NEVER: return "never";
    case DEVICE_REASON_STATUS: return "status";
    case DEVICE_REASON_WILL: return "will";
    case DEVICE_REASON_SILENT: return "silent";
    case DEVICE_REASON_EVENT: return "event";
    case DEVICE_REASON_REVOKED: return "revoked";
    case DEVICE_REASON_CERTIFICATE: return "certificate";
    }
    return "unknown";
}

static int64_t elapsed_since(int64_t boot_ms, int64_t now_ms)
{
    return now_ms > boot_ms ? now_ms - boot_ms : 0;
}

static int64_t tolerance_ms(int64_t elapsed_ms)
{
    int64_t tolerance = MINUTE_MS + elapsed_ms / 100 * DRIFT_PERCENT;

    return tolerance < INT32_MAX ? tolerance : INT32_MAX;
}

// Whether a counter that began at boot_ms can stand at uptime_ms now. Modulo 2^32, so wraps do not
// matter.
static bool began_at(int64_t boot_ms, int64_t uptime_ms, int64_t now_ms)
{
    int64_t elapsed_ms = elapsed_since(boot_ms, now_ms);
    int64_t difference_ms = (int32_t)((uint32_t)uptime_ms - (uint32_t)elapsed_ms);

    return difference_ms <= tolerance_ms(elapsed_ms) && difference_ms >= -tolerance_ms(elapsed_ms);
}

// Two starts within the tolerance of each other look the same by the clock, but the counter went
// back. It can do so only if it stood lower than the tolerance before.
static bool went_back(const struct device_record *device, int64_t uptime_ms, int64_t now_ms)
{
    uint32_t last_ms = (uint32_t)device->status.uptime_ms;

    if ((device->status.has & DEVICE_HAS_UPTIME) == 0 ||
        elapsed_since(device->last_seen_ms, now_ms) > INT32_MAX)
        return false;
    return (int32_t)((uint32_t)uptime_ms - last_ms) < 0 &&
           (int64_t)last_ms <= tolerance_ms(elapsed_since(device->boot_ms, now_ms));
}

// Back at the start before the last. A restart cannot explain it: either the counter is older than
// the last start, or the two have changed places before.
static bool is_shared(const struct device_record *device, int64_t uptime_ms, int64_t now_ms)
{
    int64_t elapsed_ms = elapsed_since(device->boot_ms, now_ms);

    if (device->previous_boot_ms == 0 || !began_at(device->previous_boot_ms, uptime_ms, now_ms))
        return false;
    return device->previous_boot_ms > device->boot_ms ||
           uptime_ms > elapsed_ms + tolerance_ms(elapsed_ms);
}

enum device_boot device_record_judge_boot(
    const struct device_record *device, int64_t uptime_ms, int64_t now_ms, int64_t *boot_ms)
{
    if (device->boot_ms == 0) {
        *boot_ms = now_ms - uptime_ms;
        return DEVICE_BOOT_SAME;
    }
    if (began_at(device->boot_ms, uptime_ms, now_ms) && !went_back(device, uptime_ms, now_ms)) {
        *boot_ms = device->boot_ms;
        return DEVICE_BOOT_SAME;
    }
    if (is_shared(device, uptime_ms, now_ms)) {
        *boot_ms = device->previous_boot_ms;
        return DEVICE_BOOT_SHARED;
    }
    *boot_ms = now_ms - uptime_ms;
    return DEVICE_BOOT_NEW;
}
