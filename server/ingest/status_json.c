// Statuses from JSON in general.
#include "server/ingest/status_json.h"

#include "common/contract.h"
#include "server/ingest/payload.h"

static uint32_t get_u32(
    const json_t *json, const char *member, unsigned bit, struct device_status *status)
{
    int64_t value = 0;

    if (payload_get_integer(json, member, 0, UINT32_MAX, &value))
        status->has |= bit;
    return (uint32_t)value;
}

static int32_t get_rssi(const json_t *json, struct device_status *status)
{
    int64_t value = 0;

    if (payload_get_integer(
            json, CONTRACT_STATUS_RSSI, DEVICE_RSSI_MIN_DBM, DEVICE_RSSI_MAX_DBM, &value))
        status->has |= DEVICE_HAS_RSSI;
    return (int32_t)value;
}

int status_json_decode(const uint8_t *p, size_t n, struct device_status *out, const char **reason)
{
    json_t *json;
    struct device_status s = {0};
    int rc = payload_parse(p, n, &json, reason);

    if (rc < 0)
        return rc;
    s.uptime_ms = get_u32(json, CONTRACT_STATUS_UPTIME, DEVICE_HAS_UPTIME, &s);
    s.max_loop_ms = get_u32(json, CONTRACT_STATUS_MAX_LOOP, DEVICE_HAS_MAX_LOOP, &s);
    s.mqtt_ms = get_u32(json, CONTRACT_STATUS_MQTT, DEVICE_HAS_MQTT, &s);
    s.free_heap_bytes = get_u32(json, CONTRACT_STATUS_FREE_HEAP, DEVICE_HAS_FREE_HEAP, &s);
    s.rssi_dbm = get_rssi(json, &s);
    payload_get_text(json, CONTRACT_STATUS_NAME, s.name, sizeof s.name);
    payload_get_text(json, CONTRACT_STATUS_IMAGE, s.image, sizeof s.image);
    payload_get_text(json, CONTRACT_STATUS_BUILD, s.build, sizeof s.build);
    payload_get_text(json, CONTRACT_STATUS_IP, s.ip, sizeof s.ip);
    payload_get_text_cut(json, CONTRACT_STATUS_ERROR, s.error, sizeof s.error);
    json_decref(json);
    *out = s;
    return 0;
}
