// Statuses: what is read is within its bounds, and read alike when it is written again.
#include "server/ingest/status_decode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/utf8.h"
#include "server/ingest/status_scan.h"
#include "test/fuzz/fuzz.h"
#include "test/unit/server/model/same_status.h"

#define ALL                                                                                        \
    ((unsigned)(DEVICE_HAS_UPTIME | DEVICE_HAS_MAX_LOOP | DEVICE_HAS_MQTT | DEVICE_HAS_RSSI |      \
                DEVICE_HAS_FREE_HEAP))

static void check_text(const char *text, size_t size)
{
    FUZZ_CHECK(memchr(text, '\0', size) != NULL && utf8_is_valid(text));
}

static void check_bounds(const struct device_status *s)
{
    FUZZ_CHECK((s->has & ~ALL) == 0);
    FUZZ_CHECK((s->has & DEVICE_HAS_UPTIME) != 0 || s->uptime_ms == 0);
    FUZZ_CHECK((s->has & DEVICE_HAS_MAX_LOOP) != 0 || s->max_loop_ms == 0);
    FUZZ_CHECK((s->has & DEVICE_HAS_MQTT) != 0 || s->mqtt_ms == 0);
    FUZZ_CHECK((s->has & DEVICE_HAS_RSSI) != 0 || s->rssi_dbm == 0);
    FUZZ_CHECK((s->has & DEVICE_HAS_FREE_HEAP) != 0 || s->free_heap_bytes == 0);
    FUZZ_CHECK(s->uptime_ms >= 0 && s->uptime_ms <= DEVICE_COUNTER_MAX);
    FUZZ_CHECK(s->max_loop_ms >= 0 && s->max_loop_ms <= DEVICE_COUNTER_MAX);
    FUZZ_CHECK(s->mqtt_ms >= 0 && s->mqtt_ms <= DEVICE_COUNTER_MAX);
    FUZZ_CHECK(s->rssi_dbm >= -200 && s->rssi_dbm <= 100);
    check_text(s->name, sizeof s->name);
    check_text(s->image, sizeof s->image);
    check_text(s->build, sizeof s->build);
    check_text(s->ip, sizeof s->ip);
    check_text(s->error, sizeof s->error);
}

static void set_number(
    json_t *object, const struct device_status *s, unsigned bit, const char *name, int64_t value)
{
    if ((s->has & bit) != 0)
        FUZZ_CHECK(json_object_set_new(object, name, json_integer(value)) == 0);
}

static char *encode(const struct device_status *s)
{
    json_t *object = json_pack("{ss ss ss ss ss}", CONTRACT_STATUS_NAME, s->name,
        CONTRACT_STATUS_IMAGE, s->image, CONTRACT_STATUS_BUILD, s->build, CONTRACT_STATUS_IP, s->ip,
        CONTRACT_STATUS_ERROR, s->error);

    set_number(object, s, DEVICE_HAS_UPTIME, CONTRACT_STATUS_UPTIME, s->uptime_ms);
    set_number(object, s, DEVICE_HAS_MAX_LOOP, CONTRACT_STATUS_MAX_LOOP, s->max_loop_ms);
    set_number(object, s, DEVICE_HAS_MQTT, CONTRACT_STATUS_MQTT, s->mqtt_ms);
    set_number(object, s, DEVICE_HAS_FREE_HEAP, CONTRACT_STATUS_FREE_HEAP, s->free_heap_bytes);
    set_number(object, s, DEVICE_HAS_RSSI, CONTRACT_STATUS_RSSI, s->rssi_dbm);

    char *text = json_dumps(object, 0);

    json_decref(object);
    FUZZ_CHECK(text != NULL);
    return text;
}

// What the quick reader takes, the other reads alike, and without a fault.
static void check_scan(const uint8_t *p, size_t n)
{
    struct device_status scanned;
    struct device_status read;
    struct payload_faults faults = {0};

    if (!status_scan(p, n, &scanned))
        return;
    status_decode_any(p, n, &read, &faults);
    FUZZ_CHECK(faults.count == 0);
    FUZZ_CHECK(same_status(&scanned, &read));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct device_status status;
    struct device_status again;
    struct payload_faults faults = {0};

    check_scan(p, n);
    fuzz_fill(&status, sizeof status);
    status_decode(fuzz_bytes(p, n), n, &status, &faults);
    check_bounds(&status);

    char *text = encode(&status);

    // Escaped, control characters take six times their room.
    if (strlen(text) <= CONTRACT_PAYLOAD_MAX) {
        faults.count = 0;
        status_decode((const uint8_t *)text, strlen(text), &again, &faults);
        FUZZ_CHECK(faults.count == 0);
        FUZZ_CHECK(same_status(&again, &status));
    }
    free(text);
    return 0;
}
