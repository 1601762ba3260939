// From the state of things to what is wrong with it.
#include "server/alert/alert_judge.h"

#include <stdio.h>
#include <string.h>

#include "server/alert/alert_kind.h"
#include "server/base/clock.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS INT64_C(86400000)
// The alert before must be over, or there is no other: alert_judge_is_over().
#define TELL_MS (DAY_MS + 60000)
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

static void judge_backup(int64_t made_ms, int64_t now_ms, struct alert_list *out)
{
    char detail[ALERT_DETAIL_SIZE];
    char text[CLOCK_TEXT_SIZE];

    if (made_ms == 0 || now_ms - made_ms <= ALERT_JUDGE_BACKUP_DAYS * DAY_MS)
        return;
    clock_format(made_ms, text);
    snprintf(detail, sizeof detail, "the last was made on %s", text);
    alert_list_add(out, ALERT_KIND_BACKUP_OLD, "", detail, now_ms);
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
    judge_backup(facts->backup_ms, now_ms, out);
}

void alert_judge_logins(const struct alert_facts *facts, struct alert_logins *logins,
    int64_t now_ms, struct alert_list *out)
{
    uint64_t count = facts->logins_refused - logins->before;
    char detail[ALERT_DETAIL_SIZE];

    if (now_ms - logins->hour_ms >= HOUR_MS || now_ms < logins->hour_ms) {
        logins->before = facts->logins_refused;
        logins->hour_ms = now_ms;
    }
    if (count < ALERT_JUDGE_LOGINS ||
        (logins->told_ms != 0 && now_ms - logins->told_ms < TELL_MS && now_ms >= logins->told_ms))
        return;
    logins->told_ms = now_ms;
    snprintf(detail, sizeof detail, "%llu within an hour, the last from %s",
        (unsigned long long)count, facts->login_address);
    alert_list_add(out, ALERT_KIND_LOGIN_REFUSED, "", detail, now_ms);
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
