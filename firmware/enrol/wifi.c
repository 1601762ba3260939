// Opens and stages the Wi-Fi networks that a command brings.
#include "firmware/enrol/wifi.h"

#include <string.h>

#include <mbedtls/base64.h>

#include "common/contract.h"
#include "firmware/core/files.h"
#include "firmware/core/json.h"
#include "firmware/core/memory.h"
#include "firmware/enrol/hpke.h"

#define BASE64_SIZE ((WIFI_NETWORKS_SEALED_SIZE + 2) / 3 * 4)

_Static_assert(DEVICE_SCRATCH >= WIFI_NETWORKS_SEALED_SIZE, "where it is opened");
_Static_assert(DEVICE_SCRATCH >= 2 * WIFI_NETWORKS_SIZE, "the new ones, and those in use");

static int fail(enum result result, const char *why, struct failure *failure)
{
    return failure_set(failure, result, "networks: %s", why);
}

static int refuse(const char *why, struct failure *failure)
{
    return fail(RESULT_FILE_INVALID, why, failure);
}

int wifi_read_sealed(const uint8_t *payload, size_t n, uint8_t out[WIFI_NETWORKS_SEALED_SIZE],
    struct failure *failure)
{
    char text[BASE64_SIZE + 1];
    size_t size = 0;

    memory_watch();
    if (json_copy_text((const char *)payload, n, CONTRACT_PAYLOAD_SEALED, text, sizeof text) &&
        mbedtls_base64_decode(
            out, WIFI_NETWORKS_SEALED_SIZE, &size, (const uint8_t *)text, strlen(text)) == 0)
        return (int)size;
    return memory_judge(
        refuse("the payload has no \"" CONTRACT_PAYLOAD_SEALED "\" of base64", failure), failure);
}

// When the networks in use were set: 0 if there are none, or they do not say.
static int read_used(struct device *device, int64_t *set_at_ms, struct failure *failure)
{
    uint8_t *p = device->scratch + WIFI_NETWORKS_SIZE;
    int n = files_read(device->port, WIFI_NETWORKS_FILE, p, WIFI_NETWORKS_SIZE);

    if (n == PORT_FAILED)
        return fail(RESULT_FLASH_FAILED, "cannot be read", failure);
    *set_at_ms =
        n > 0 && wifi_networks_count(p, (size_t)n) > 0 ? wifi_networks_set_at_ms(p, (size_t)n) : 0;
    return 0;
}

static int judge(struct device *device, size_t n, struct failure *failure)
{
    int64_t used_set_at_ms = 0;
    int rc;

    if (wifi_networks_count(device->scratch, n) == 0)
        return refuse("what was sealed is no list of them", failure);
    rc = read_used(device, &used_set_at_ms, failure);
    if (rc == 0 && wifi_networks_set_at_ms(device->scratch, n) <= used_set_at_ms)
        rc = refuse("were not set later than those in use", failure);
    return rc;
}

int wifi_open(struct device *device, const uint8_t *payload, size_t n, struct failure *failure)
{
    const struct hpke hpke = {
        .key = &device->identity.key,
        .random = &device->tls.random,
        .info = {WIFI_NETWORKS_INFO, strlen(WIFI_NETWORKS_INFO)},
        .aad = {device->mac, strlen(device->mac)},
    };
    int size = wifi_read_sealed(payload, n, device->scratch, failure);
    int rc;

    if (size >= 0)
        size = hpke_open(&hpke, device->scratch, (size_t)size, failure);
    if (size < 0)
        return size;
    rc = judge(device, (size_t)size, failure);
    return rc < 0 ? rc : size;
}

int wifi_stage(struct device *device, const uint8_t *payload, size_t n, struct failure *failure)
{
    struct slots *slots = &device->slots;
    struct failure other;
    int size = wifi_open(device, payload, n, failure);
    int rc;

    if (size < 0)
        return size;
    slots_owe_wifi(slots, device->current.has_id, device->current.id);
    rc = slots_store(slots, device->port, failure);
    if (rc == 0 &&
        files_write(device->port, WIFI_NETWORKS_FILE ".new", device->scratch, (size_t)size) != 0)
        rc = fail(RESULT_FLASH_FAILED, "cannot be written", failure);
    if (rc < 0) {
        slots_forget_wifi(slots);
        (void)slots_store(slots, device->port, &other); // the first failure is the news
    }
    return rc;
}
