// The plugin's reports from bytes.
#include "server/ingest/broker_report.h"

#include <string.h>

#include "server/ingest/payload_scan.h"
#include "server/ingest/payload_take.h"
#include "server/model/broker_topic.h"

#define COUNT_MAX ((int64_t)1 << 40) // of one report: sums of millions fit 63 bits
#define SECONDS_MAX ((int64_t)7 * 86400)

static const struct {
    const char *name;
    size_t offset;
    int64_t max;
} numbers[] = {
    {"messages", offsetof(struct broker_limit, messages), COUNT_MAX},
    {"bytes", offsetof(struct broker_limit, bytes), COUNT_MAX},
    {"subscriptions", offsetof(struct broker_limit, subscriptions), COUNT_MAX},
    {"connections", offsetof(struct broker_limit, connections), COUNT_MAX},
    {"disconnected_s", offsetof(struct broker_limit, disconnected_s), SECONDS_MAX},
};

struct decoding {
    struct broker_limit *out;
    struct payload_faults *faults;
};

bool broker_report_read_name(const char *topic, char out[BROKER_LIMIT_NAME_SIZE])
{
    const char *name = topic + strlen(BROKER_TOPIC_LIMIT);
    size_t n = 0;

    if (strncmp(topic, BROKER_TOPIC_LIMIT, strlen(BROKER_TOPIC_LIMIT)) != 0 || name[0] == '\0' ||
        strchr(name, '/') != NULL)
        return false;
    for (; n < BROKER_LIMIT_NAME_SIZE - 1 && name[n] != '\0'; n++)
        out[n] = name[n] > ' ' && name[n] <= '~' ? name[n] : '?';
    out[n] = '\0';
    return true;
}

// What is to be shown and kept is made of few characters.
static void take_reason(struct decoding *decoding, const struct payload_scan_member *sent)
{
    char *reason = decoding->out->reason;

    if (!payload_take_text(sent, false, reason, sizeof decoding->out->reason, decoding->faults))
        return;
    if (strspn(reason, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(reason))
        return;
    payload_fault_add(decoding->faults, PAYLOAD_FAULT_VALUE, sent->position);
    memset(reason, 0, sizeof decoding->out->reason);
}

static void take_member(const struct payload_scan_member *sent, void *ctx)
{
    struct decoding *decoding = ctx;

    if (strcmp(sent->name, "reason") == 0)
        take_reason(decoding, sent);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct payload_take_range range = {.min = 0, .max = numbers[i].max, .whole = true};

        if (strcmp(sent->name, numbers[i].name) == 0)
            payload_take_integer(sent, &range,
                (int64_t *)((char *)decoding->out + numbers[i].offset), decoding->faults);
    }
}

void broker_report_decode(
    const uint8_t *p, size_t n, struct broker_limit *out, struct payload_faults *faults)
{
    struct decoding decoding = {out, faults};

    memset(out, 0, sizeof *out);
    payload_scan(p, n, take_member, &decoding, faults);
}
