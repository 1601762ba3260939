// A device is forgotten with all that is its own, and nothing else.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/log.h"
#include "server/command/command_forget.h"
#include "server/store/broker_limit_store.h"
#include "server/store/command_store.h"
#include "server/store/download_store.h"
#include "server/store/event_store.h"
#include "server/store/fault_store.h"
#include "server/store/left_out_store.h"
#include "server/store/status_store.h"
#include "test/unit/server/store/store_fixture.h"

// Tables in which a device has rows of its own.
static const char *const tables[] = {"statuses", "events", "commands", "device_faults",
    "device_left_out", "device_broker_limits", "downloads", "staged"};

// A store_job; ctx is a MAC: something of everything.
static int fill(struct store_connection *connection, void *ctx, struct err *err)
{
    struct download_store_staged staged = {.image = "BOARD-1", .sha256 = "aa", .at_ms = 5};
    struct download_store_parts parts = {.file = "firmware.bin", .sha256 = "aa", .size_bytes = 9};
    struct device_status status = {0};
    struct broker_limit limit = {.messages = 1, .at_ms = 5};
    struct left_out out = {.reason = LEFT_OUT_EVENTS, .count = 1, .since_ms = 4, .at_ms = 5};
    struct device_fault fault = {.topic = "status", .reason = "x", .at_ms = 5};
    struct event event = {.kind = "boot", .at_ms = 5};
    struct command command = {.name = "reboot", .created_at_ms = 5};
    int rc;

    memcpy(staged.mac, ctx, MAC_SIZE);
    memcpy(parts.mac, ctx, MAC_SIZE);
    memcpy(event.mac, ctx, MAC_SIZE);
    memcpy(out.mac, ctx, MAC_SIZE);
    memcpy(command.mac, ctx, MAC_SIZE);
    rc = status_store_add(connection, ctx, 5, &status, err);
    if (rc == 0)
        rc = event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
    if (rc == 0)
        rc = command_store_add(connection, &command, err);
    if (rc == 0)
        rc = fault_store_add(connection, ctx, &fault, err);
    if (rc == 0)
        rc = left_out_store_add(connection, &out, err);
    if (rc == 0)
        rc = broker_limit_store_add(connection, ctx, &limit, err);
    if (rc == 0)
        rc = download_store_put_parts(connection, &parts, "0-5", err);
    return rc < 0 ? rc : download_store_stage(connection, &staged, err);
}

static void add(struct fixture *f, const char *mac, bool online)
{
    struct device_record device = fixture_device(mac);
    char copy[MAC_SIZE];

    device.online = online;
    memcpy(copy, mac, MAC_SIZE);
    fixture_write(f, fixture_put, &device);
    fixture_write(f, fill, copy);
}

// Rows of a device in all of the tables.
static int64_t rows_of(struct fixture *f, const char *mac, const char *table)
{
    char sql[256];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE device = %lld", table,
        strtoll(mac, NULL, 16));
    return fixture_query(f, sql);
}

static void test_all_that_is_its_own(void **state)
{
    struct fixture *f = *state;
    bool revoked = true;

    add(f, MAC_1, false);
    add(f, MAC_2, false);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_int_equal(rows_of(f, MAC_1, tables[i]), 1);
    assert_int_equal(
        command_forget_device(
            f->store, &(struct command_forget_wish){.mac = MAC_1, .force = false}, &revoked, NULL),
        0);
    assert_false(revoked);
    assert_false(fixture_is_known(f, MAC_1));
    assert_true(fixture_is_known(f, MAC_2));
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        assert_int_equal(rows_of(f, MAC_1, tables[i]), 0);
        assert_int_equal(rows_of(f, MAC_2, tables[i]), 1);
    }
    fixture_close(f); // it is durable
    fixture_open(f);
    assert_false(fixture_is_known(f, MAC_1));
    fixture_assert_whole(f);
}

static void test_who_is_online(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    bool revoked = false;

    add(f, MAC_1, true);
    assert_int_equal(
        command_forget_device(
            f->store, &(struct command_forget_wish){.mac = MAC_1, .force = false}, &revoked, &err),
        ERR_CONFLICT);
    assert_non_null(strstr(err.message, "--force"));
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_int_equal(rows_of(f, MAC_1, tables[i]), 1);
    assert_true(fixture_is_known(f, MAC_1));
    assert_int_equal(
        command_forget_device(
            f->store, &(struct command_forget_wish){.mac = MAC_1, .force = true}, &revoked, &err),
        0);
    assert_false(fixture_is_known(f, MAC_1));
    assert_int_equal(
        command_forget_device(
            f->store, &(struct command_forget_wish){.mac = MAC_1, .force = true}, &revoked, &err),
        ERR_NOT_FOUND);
    assert_int_equal(
        command_forget_device(
            f->store, &(struct command_forget_wish){.mac = MAC_3, .force = false}, &revoked, &err),
        ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_that_is_its_own),
        TEST(test_who_is_online),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
