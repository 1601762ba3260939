// What somebody may have to be woken for.
#include "server/alert/alert_kind.h"

#include <string.h>

#include "common/contract.h"
#include "common/result.h"
#include "server/model/event_kind.h"
#include "server/select/select_match.h"

static const struct alert_kind kinds[] = {
    {ALERT_KIND_BROKER_LOST, "the broker cannot be reached", true},
    {ALERT_KIND_BROKER_FAULT, "something is wrong with the broker", true},
    {ALERT_KIND_DATABASE_FAULT, "the database cannot be written", true},
    {ALERT_KIND_DISK_LOW, "the disk is nearly full", true},
    {ALERT_KIND_CERTIFICATE_ENDING, "a certificate ends and nobody has renewed it", true},
    {ALERT_KIND_BACKUP_OLD, "there has been no backup for long", true},
    {ALERT_KIND_ROLLOUT_PAUSED, "a rollout is paused", true},
    {ALERT_KIND_ENROLMENT_WAITING, "a device waits to be let in", true},
    {ALERT_KIND_DEVICE_OFFLINE, "a device has been silent for long", true},
    {"device-trial-failed", "a device came back from a new image that failed", false},
    {ALERT_KIND_DEVICE_RESTARTS, "a device restarts again and again", false},
    {"device-shared", "two devices use one identity", false},
    {"device-limited", "the broker limits a device that does too much", false},
    {"device-key-refused", "a device's private key was asked for and refused", false},
    {"enrolment-refused", "a device's enrolment was refused", false},
    {ALERT_KIND_LOGIN_REFUSED, "many log-ins were refused", false},
    {ALERT_KIND_TEST, "this is a test", false},
};

static const struct {
    const char *event;
    const char *result; // or NULL: any
    const char *kind;
} events[] = {
    {CONTRACT_EVENT_KIND_TRIAL, "trial-failed", "device-trial-failed"},
    {EVENT_KIND_SHARED_IDENTITY, NULL, "device-shared"},
    {EVENT_KIND_LIMITED, NULL, "device-limited"},
    {EVENT_KIND_KEY_REFUSED, NULL, "device-key-refused"},
    {EVENT_KIND_ENROLMENT_REFUSED, NULL, "enrolment-refused"},
};

const struct alert_kind *alert_kind_at(size_t i)
{
    return i < sizeof kinds / sizeof kinds[0] ? &kinds[i] : NULL;
}

const struct alert_kind *alert_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

const struct alert_kind *alert_kind_of_event(const struct event *event)
{
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if (strcmp(events[i].event, event->kind) == 0 &&
            (events[i].result == NULL || strcmp(events[i].result, event->result) == 0))
            return alert_kind_find(events[i].kind);
    }
    return NULL;
}

bool alert_kind_is_wished(const char *wished, const char *name)
{
    char pattern[64];

    if (wished[0] == '\0' || strcmp(name, ALERT_KIND_TEST) == 0)
        return true;
    for (const char *p = wished; *p != '\0'; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");

        if (n > 0 && n < sizeof pattern) {
            memcpy(pattern, p, n);
            pattern[n] = '\0';
            if (select_match(pattern, name))
                return true;
        }
        p += n;
    }
    return false;
}
