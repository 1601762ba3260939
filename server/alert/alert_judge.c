// From the state of things to what is wrong with it.
#include "server/alert/alert_judge.h"

#include <stdio.h>
#include <string.h>

#include "server/alert/alert_kind.h"
#include "server/base/clock.h"

#define DAY_MS INT64_C(86400000)
#define FAULT_MS 60000 // within which a fault of the broker is found

static void judge_certificate(
    const char *subject, int64_t end_ms, int64_t now_ms, struct alert_list *out)
{
    char detail[ALERT_DETAIL_SIZE];
    char text[CLOCK_TEXT_SIZE];

    if (end_ms == 0 || end_ms - now_ms > ALERT_JUDGE_DAYS * DAY_MS)
        return;
    clock_format(end_ms, text);
    snprintf(detail, sizeof detail, "the certificate of the %s %s on %s", subject,
        end_ms < now_ms ? "ended" : "ends", text);
    alert_list_add(out, ALERT_KIND_CERTIFICATE_ENDING, subject, detail, now_ms);
}

void alert_judge_facts(
    const struct alert_facts *facts, int64_t broker_lost_ms, int64_t now_ms, struct alert_list *out)
{
    char detail[ALERT_DETAIL_SIZE];

    if (!facts->broker_connected && now_ms - facts->broker_since_ms >= broker_lost_ms)
        alert_list_add(out, ALERT_KIND_BROKER_LOST, "", facts->broker_error, now_ms);
    if (facts->broker_fault[0] != '\0')
        alert_list_add(out, ALERT_KIND_BROKER_FAULT, "", facts->broker_fault, now_ms);
    if (facts->disk_low) {
        snprintf(detail, sizeof detail, "%llu MB are free, and history has stopped",
            (unsigned long long)facts->disk_free_bytes / 1000000);
        alert_list_add(out, ALERT_KIND_DISK_LOW, "", detail, now_ms);
    }
    judge_certificate("CA", facts->ca_ms, now_ms, out);
    judge_certificate("daemon", facts->server_ms, now_ms, out);
    judge_certificate("broker", facts->broker_ms, now_ms, out);
    if (facts->devices_ending > 0) {
        snprintf(detail, sizeof detail, "certificates of %lld devices end within 30 days",
            (long long)facts->devices_ending);
        alert_list_add(out, ALERT_KIND_CERTIFICATE_ENDING, "devices", detail, now_ms);
    }
}

void alert_judge_event(const struct event *event, int64_t now_ms, struct alert_list *out)
{
    const struct alert_kind *kind = alert_kind_of_event(event);
    char detail[ALERT_DETAIL_SIZE];

    if (kind == NULL)
        return;
    snprintf(detail, sizeof detail, "%s%s%.200s", event->image, event->image[0] != '\0' ? ": " : "",
        event->detail);
    alert_list_add(out, kind->name, event->mac, detail, now_ms);
}

static bool knows_certificate(const struct alert_facts *facts, const char *subject)
{
    return strcmp(subject, "CA") == 0       ? facts->ca_ms != 0
           : strcmp(subject, "daemon") == 0 ? facts->server_ms != 0
           : strcmp(subject, "broker") == 0 ? facts->broker_ms != 0
                                            : facts->devices != 0;
}

// Whether enough is known to say that it is over.
static bool knows(const struct alert_facts *facts, const struct alert *alert, int64_t now_ms)
{
    if (strcmp(alert->kind, ALERT_KIND_BROKER_LOST) == 0)
        return facts->broker_connected;
    if (strcmp(alert->kind, ALERT_KIND_BROKER_FAULT) == 0)
        return facts->broker_connected && now_ms - facts->broker_since_ms >= FAULT_MS;
    if (strcmp(alert->kind, ALERT_KIND_CERTIFICATE_ENDING) == 0)
        return knows_certificate(facts, alert->subject);
    return true;
}

bool alert_judge_is_over(const struct alert *alert, const struct alert_known *known, int64_t now_ms)
{
    const struct alert_kind *kind = alert_kind_find(alert->kind);

    if (alert_list_find(known->now, alert->kind, alert->subject) != NULL)
        return false;
    if (kind != NULL && !kind->lasts)
        return now_ms - alert->seen_ms >= DAY_MS;
    if (known->facts != NULL && !knows(known->facts, alert, now_ms))
        return false;
    return !known->is_partial || strcmp(alert->kind, ALERT_KIND_DEVICE_OFFLINE) != 0;
}
