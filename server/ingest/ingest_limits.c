// Those who say too much.
#include "server/ingest/ingest_limits.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/ingest/broker_report.h"
#include "server/ingest/limit_write.h"

#define TELL_DEVICES 200 // of a tick

static void post_report(
    struct ingest_limits *limits, const char *mac, const struct broker_limit *limit)
{
    struct limit_write_report *change = calloc(1, sizeof *change);

    if (change != NULL) {
        memcpy(change->mac, mac, MAC_SIZE);
        change->limit = *limit;
        change->stepped_ms = clock_stepped_ms();
        change->limit.at_ms = change->stepped_ms + clock_unstepped_ms();
        change->told = ingest_lines_is_due(limits->lines, "limited", mac);
        change->history.meter = limits->post->meter;
    }
    ingest_post_change(limits->post, INGEST_POST_NO_DEVICE, limit_write_report, change);
}

static void log_report(const char *name, const struct broker_limit *limit)
{
    log_warning("ingest",
        "the broker limits identity=%s reason=%s messages=%lld bytes=%lld subscriptions=%lld "
        "connections=%lld disconnected_s=%lld: it says or asks too much",
        name, limit->reason[0] != '\0' ? limit->reason : "unknown", (long long)limit->messages,
        (long long)limit->bytes, (long long)limit->subscriptions, (long long)limit->connections,
        (long long)limit->disconnected_s);
}

void ingest_limits_take_report(
    struct ingest_limits *limits, const char *name, const uint8_t *payload, size_t n)
{
    struct payload_faults faults = {0};
    struct broker_limit limit;
    char mac[MAC_SIZE];
    bool is_device = mac_parse(name, mac);

    broker_report_decode(payload, n, &limit, &faults);
    limits->reports++;
    limits->bad_reports += faults.count > 0;
    limits->messages += (uint64_t)limit.messages;
    limits->bytes += (uint64_t)limit.bytes;
    if (is_device ? ingest_lines_is_due(limits->lines, "broker", mac)
                  : ingest_lines_is_other_due(limits->lines, name))
        log_report(name, &limit);
    if (is_device)
        post_report(limits, mac, &limit);
}

// False if it is to be told again, as it cannot be written now.
static bool post_left_out(const struct left_out *out, void *ctx)
{
    struct ingest_limits *limits = ctx;
    struct limit_write_left_out *change = calloc(1, sizeof *change);
    const char *what = left_out_reason_name(out->reason);

    if (change == NULL)
        return false;
    change->out = *out;
    change->stepped_ms = clock_stepped_ms();
    change->out.at_ms += change->stepped_ms;
    change->out.since_ms += change->stepped_ms;
    if (store_post(limits->post->store, limit_write_left_out, change, free) < 0)
        return false;
    if (ingest_lines_is_due(limits->lines, what, out->mac))
        log_warning("ingest",
            "a device says too much mac=%s left_out=%s count=%lld: what exceeds the limits is left "
            "out; see 'secureesp devices show %s', and use 'secureesp devices revoke' if it is no "
            "longer yours",
            out->mac, what, (long long)out->count, out->mac);
    return true;
}

void ingest_limits_tick(struct ingest_limits *limits)
{
    meter_tell(limits->post->meter, TELL_DEVICES, post_left_out, limits);
}
