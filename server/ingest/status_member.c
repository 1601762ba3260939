// The members of a status.
#include "server/ingest/status_member.h"

#include <string.h>

#include "common/contract.h"

#define SIZE_OF(member) sizeof(((struct device_status *)0)->member)

// clang-format off: its versions differ in braces
#define COUNTER(name, bit, member)                                                                 \
    {                                                                                              \
        name, bit, 0, DEVICE_COUNTER_MAX, "ms", offsetof(struct device_status, member),            \
            SIZE_OF(member), false                                                                 \
    }
#define TEXT(name, member, cut)                                                                    \
    {                                                                                              \
        name, 0, 0, 0, NULL, offsetof(struct device_status, member), SIZE_OF(member), cut          \
    }
// clang-format on

static const struct status_member members[] = {
    COUNTER(CONTRACT_STATUS_UPTIME, DEVICE_HAS_UPTIME, uptime_ms),
    COUNTER(CONTRACT_STATUS_MAX_LOOP, DEVICE_HAS_MAX_LOOP, max_loop_ms),
    COUNTER(CONTRACT_STATUS_MQTT, DEVICE_HAS_MQTT, mqtt_ms),
    {CONTRACT_STATUS_FREE_HEAP, DEVICE_HAS_FREE_HEAP, 0, UINT32_MAX, "bytes",
        offsetof(struct device_status, free_heap_bytes), SIZE_OF(free_heap_bytes), false},
    {CONTRACT_STATUS_RSSI, DEVICE_HAS_RSSI, DEVICE_RSSI_MIN_DBM, DEVICE_RSSI_MAX_DBM, "dBm",
        offsetof(struct device_status, rssi_dbm), SIZE_OF(rssi_dbm), false},
    TEXT(CONTRACT_STATUS_NAME, name, false),
    TEXT(CONTRACT_STATUS_IMAGE, image, false),
    TEXT(CONTRACT_STATUS_BUILD, build, false),
    TEXT(CONTRACT_STATUS_IP, ip, false),
    TEXT(CONTRACT_STATUS_CONFIG_HASH, config_hash, false),
    TEXT(CONTRACT_STATUS_ERROR, error, true),
};

const struct status_member *status_member_find(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (strlen(members[i].name) == n && memcmp(members[i].name, name, n) == 0)
            return &members[i];
    }
    return NULL;
}

bool status_member_set_number(
    struct device_status *out, const struct status_member *member, int64_t value)
{
    uint32_t narrow = (uint32_t)value; // as an int32_t, two's complement
    bool wide = member->size == sizeof value;

    if (value < member->min || value > member->max)
        return false;
    memcpy((char *)out + member->offset, wide ? (void *)&value : (void *)&narrow, member->size);
    out->has |= member->bit;
    return true;
}

char *status_member_text(struct device_status *status, const struct status_member *member)
{
    return (char *)status + member->offset;
}
