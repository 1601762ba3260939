// Device rows held in memory for the length of a batch: the table, and what the database shows.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "server/base/log.h"
#include "server/store/device_gather.h"
#include "test/unit/server/store/store_fixture.h"

#define MANY 3000 // more than rows are held

static void test_the_table(void **state)
{
    struct device_gather *gather = device_gather_new();
    struct device_record device = fixture_device(MAC_1);
    int64_t added = 0;

    (void)state;
    assert_non_null(gather);
    assert_null(device_gather_find(gather, 0));
    while (device_gather_add(gather, added * 8192, &device) != NULL)
        added++;
    assert_int_equal(added, 1024);
    for (int64_t i = 0; i < added; i++) {
        struct device_gather_row *row = device_gather_find(gather, i * 8192);

        assert_non_null(row);
        assert_ptr_equal(row, device_gather_at(gather, (size_t)i));
        assert_int_equal(row->key, i * 8192);
        assert_false(row->changed);
    }
    assert_null(device_gather_find(gather, 1));
    assert_null(device_gather_at(gather, (size_t)added));
    device_gather_clear(gather);
    assert_null(device_gather_find(gather, 0));
    assert_null(device_gather_at(gather, 0));
    device_gather_free(gather);
    device_gather_free(NULL);
}

// Jobs that are posted are run together.
static void post(struct fixture *f, store_job job, const char *mac)
{
    char *copy = strdup(mac);

    assert_int_equal(store_post(f->store, job, copy, free), 0);
}

// A report: the device is read, counted up, and written with a status of its own.
static int report(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device;
    char json[64];
    int rc = device_store_get(connection, ctx, &device, err);

    if (rc == ERR_NOT_FOUND) {
        device = fixture_device(ctx);
        rc = 0;
    }
    device.reboots++;
    snprintf(json, sizeof json, "{\"n\":%lld}", (long long)device.reboots);
    return rc < 0 ? rc : device_store_put(connection, &device, json, err);
}

static int report_and_fail(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = report(connection, ctx, err);

    return rc < 0 ? rc : err_set(err, ERR_CONFLICT, "no, after all");
}

// Sees every report before it, although they are not written yet.
static int check_and_expire(struct store_connection *connection, void *ctx, struct err *err)
{
    int64_t total, online;
    char *json = NULL;

    assert_int_equal(device_store_count(connection, &total, &online, err), 0);
    assert_int_equal(total, 1);
    assert_int_equal(online, 1);
    assert_int_equal(device_store_get_status_json(connection, ctx, &json, err), 0);
    assert_string_equal(json, "{\"n\":2}");
    free(json);
    return device_store_expire(connection, INT64_MAX, err);
}

static void test_reports_of_one_batch(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 5; i++)
        post(f, report, MAC_1);
    post(f, report, MAC_2);
    fixture_flush(f);
    assert_int_equal(fixture_query(f, "SELECT reboots FROM devices WHERE mac & 15 = 1"), 5);
    assert_int_equal(fixture_query(f, "SELECT reboots FROM devices WHERE mac & 15 = 2"), 1);
    assert_int_equal(
        fixture_query(f, "SELECT status_json = '{\"n\":5}' FROM devices WHERE mac & 15 = 1"), 1);
}

static void test_other_statements_see_what_is_held(void **state)
{
    struct fixture *f = *state;

    post(f, report, MAC_1);
    post(f, report, MAC_1);
    post(f, check_and_expire, MAC_1);
    post(f, report, MAC_1); // does not undo the expiry
    fixture_flush(f);
    assert_int_equal(fixture_query(f, "SELECT reboots FROM devices"), 3);
    assert_int_equal(fixture_query(f, "SELECT online FROM devices"), 0);
}

static void test_a_failing_job_takes_no_other_with_it(void **state)
{
    struct fixture *f = *state;

    log_set_level(LOG_ERROR - 1);
    post(f, report, MAC_1);
    post(f, report, MAC_1);
    post(f, report_and_fail, MAC_1);
    post(f, report, MAC_1);
    fixture_flush(f);
    log_set_level(LOG_INFO);
    assert_int_equal(fixture_query(f, "SELECT reboots FROM devices"), 3);
}

static void test_more_devices_than_rows(void **state)
{
    struct fixture *f = *state;
    char mac[MAC_SIZE];

    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < MANY; i++) {
            snprintf(mac, sizeof mac, "84f3%08x", i);
            post(f, report, mac);
            post(f, report, mac);
        }
    }
    fixture_flush(f);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM devices WHERE reboots = 4"), MANY);
    fixture_assert_whole(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        TEST(test_reports_of_one_batch),
        TEST(test_other_statements_see_what_is_held),
        TEST(test_a_failing_job_takes_no_other_with_it),
        TEST(test_more_devices_than_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
