#ifndef REPLACE_FIXTURE_H
#define REPLACE_FIXTURE_H

// Devices with a life behind them, and one that gets the place of another.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/command/command_list.h"
#include "server/revocation/revocation_replace.h"
#include "server/store/command_store.h"
#include "server/store/event_store.h"
#include "server/store/fault_store.h"
#include "server/store/replacement_store.h"
#include "server/store/revocation_store.h"
#include "server/store/status_store.h"
#include "test/unit/server/store/store_fixture.h"

#define OLD MAC_1
#define NEW MAC_2
#define THIRD MAC_3
#define FOURTH "84f3eb000004"
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define OLD_KEY "146183154565121" // 84f3eb000001
#define NEW_KEY "146183154565122"

// What a device has of everything.
struct life {
    const char *mac;
    int64_t from_ms;
    int statuses;
    bool online;
};

static inline int live(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct life *life = ctx;
    struct device_record device = {.online = life->online,
        .reason = life->online ? DEVICE_REASON_STATUS : DEVICE_REASON_SILENT,
        .first_seen_ms = life->from_ms,
        .last_seen_ms = life->from_ms + 1,
        .reboots = 3,
        .bad_payloads = 2,
        .bad_payload_at_ms = life->from_ms};
    struct device_status status = {.has = DEVICE_HAS_RSSI, .rssi_dbm = -50};
    struct event event = {.at_ms = life->from_ms};
    struct device_fault fault = {.topic = "status", .at_ms = life->from_ms, .reason = "why"};
    struct command command = {.name = "reboot", .created_at_ms = life->from_ms};

    memcpy(device.mac, life->mac, MAC_SIZE);
    memcpy(event.mac, life->mac, MAC_SIZE);
    memcpy(command.mac, life->mac, MAC_SIZE);
    snprintf(device.status.name, sizeof device.status.name, "garden");
    snprintf(event.kind, sizeof event.kind, "boot");

    int rc = device_store_put(connection, &device, NULL, err);

    for (int i = 0; rc == 0 && i < life->statuses; i++)
        rc = status_store_add(connection, life->mac, life->from_ms + i, &status, err);
    if (rc == 0)
        rc = event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
    if (rc == 0)
        rc = fault_store_add(connection, life->mac, &fault, err);
    return rc < 0 ? rc : command_store_add(connection, &command, err);
}

static inline void add_life(struct fixture *f, const char *mac, int64_t ago_ms, int statuses)
{
    struct life life = {mac, clock_now_ms() - ago_ms, statuses, false};

    fixture_write(f, live, &life);
}

static inline int replace(
    struct fixture *f, const char *old, const char *new, bool force, struct err *err)
{
    struct revocation_replace order = {
        .change = {.subject = old, .reason = "superseded"}, .by = new, .force = force};
    int rc = revocation_replace_find(f->store, &order, err);

    if (rc == 0)
        rc = store_write(f->store, revocation_replace_run, &order, err);
    revocation_replace_clear(&order);
    return rc;
}

static inline void must_replace(struct fixture *f, const char *old, const char *new, bool force)
{
    struct err err = {0};

    if (replace(f, old, new, force, &err) < 0)
        fail_msg("%s by %s: %s", old, new, err.message);
    fixture_assert_whole(f);
}

static inline void must_refuse(
    struct fixture *f, const char *old, const char *new, int code, const char *why)
{
    struct err err = {0};
    int64_t changes = fixture_query(f, "SELECT count(*) FROM replacements") +
                      fixture_query(f, "SELECT count(*) FROM device_revocations");
    int rc = replace(f, old, new, false, &err);

    if (rc != code || strstr(err.message, why) == NULL)
        fail_msg("%d: %s", rc, err.message);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM replacements") +
                         fixture_query(f, "SELECT count(*) FROM device_revocations"),
        changes);
}

static inline int readmit(struct store_connection *connection, void *ctx, struct err *err)
{
    struct revocation_change change = {.subject = ctx};

    return revocation_change_readmit(connection, &change, err);
}

static inline struct device_record device_of(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device;

    assert_int_equal(device_store_get(connection, mac, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device;
}

static inline void assert_place(struct fixture *f, const char *mac, const char *expected)
{
    char place[MAC_SIZE];

    assert_int_equal(replacement_store_read_place(f->store, mac, place, NULL), 0);
    assert_string_equal(place, expected);
}

static inline int64_t count_of(struct fixture *f, const char *table, const char *key)
{
    char sql[128];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE device = %s", table, key);
    return fixture_query(f, sql);
}

#endif
