// Enrolments in the history of devices.
#include "server/enrol/enrol_history.h"

#include <stdio.h>

#include "server/base/clock.h"
#include "server/model/event_kind.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"

#define ALARM_INTERVAL_MS INT64_C(3600000)

static int add(struct store_connection *connection, struct event *event, const char *mac,
    const char *kind, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    event->at_ms = clock_now_ms();
    snprintf(event->mac, sizeof event->mac, "%s", mac);
    snprintf(event->kind, sizeof event->kind, "%s", kind);
    return event_store_add(connection, event, EVENT_CLASS_NOTICE, err);
}

int enrol_history_alarm(
    struct store_connection *connection, const struct enrol_judge *judge, struct err *err)
{
    struct event event = {0};
    int rc = event_store_has_since(connection, judge->mac, EVENT_KIND_ENROLMENT_REFUSED,
        clock_now_ms() - ALARM_INTERVAL_MS, err);

    if (rc != 0)
        return rc < 0 ? rc : 0;
    snprintf(event.detail, sizeof event.detail,
        "%s: asked from %s with claim certificate %s, key %s", enrol_decide_words(judge->verdict),
        judge->address, judge->claim, judge->key_sha256);
    return add(connection, &event, judge->mac, EVENT_KIND_ENROLMENT_REFUSED, err);
}

int enrol_history_enrolled(struct store_connection *connection, const char *mac, const char *serial,
    const char *by, struct err *err)
{
    struct event event = {0};

    snprintf(event.detail, sizeof event.detail, "certificate %s, decided by %s", serial, by);
    return add(connection, &event, mac, EVENT_KIND_ENROLMENT, err);
}
