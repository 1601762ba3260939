// Tests of statuses and events as JSON.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "common/contract.h"
#include "firmware/core/report.h"

static const struct report_status full = {
    .uptime_ms = UINT32_MAX,
    .max_loop_ms = 74,
    .mqtt_ms = 0,
    .name = "measure-84f3eb012345",
    .image = "B-1",
    .build = "Mar  8 2020 10:19:19",
    .ip = "192.168.1.182",
    .rssi_dbm = -65,
    .free_heap_bytes = 13512,
    .error = "it \"failed\"\\\n\x80",
};

static void test_status(void **state)
{
    struct report_status status = full;
    char out[REPORT_SIZE];
    size_t n = report_write_status(&status, out, sizeof out);
    cJSON *json = cJSON_ParseWithLength(out, n);

    (void)state;
    assert_non_null(json);
    assert_int_equal(cJSON_GetArraySize(json), 10);
    assert_true(cJSON_GetObjectItem(json, CONTRACT_STATUS_UPTIME)->valuedouble > 4294967294.0);
    assert_int_equal(cJSON_GetObjectItem(json, CONTRACT_STATUS_RSSI)->valueint, -65);
    assert_string_equal(cJSON_GetObjectItem(json, CONTRACT_STATUS_BUILD)->valuestring, full.build);
    assert_string_equal(
        cJSON_GetObjectItem(json, CONTRACT_STATUS_ERROR)->valuestring, "it \"failed\"\\??");
    cJSON_Delete(json);
    status.error = "";
    n = report_write_status(&status, out, sizeof out);
    json = cJSON_ParseWithLength(out, n);
    assert_int_equal(cJSON_GetArraySize(json), 9);
    assert_null(cJSON_GetObjectItem(json, CONTRACT_STATUS_ERROR));
    cJSON_Delete(json);
}

static void test_event(void **state)
{
    struct report_event event = {.kind = CONTRACT_EVENT_KIND_BOOT, .result = RESULT_OK};
    char out[REPORT_SIZE];
    size_t n = report_write_event(&event, out, sizeof out);

    (void)state;
    out[n] = '\0';
    assert_string_equal(out, "{\"event\":\"boot\",\"result\":\"ok\"}");
    event = (struct report_event){
        .kind = CONTRACT_EVENT_KIND_COMMAND,
        .command = "flash",
        .has_id = true,
        .id = 9007199254740992,
        .result = RESULT_TRIAL_FAILED,
        .image = "B-2",
        .detail = "why",
    };
    n = report_write_event(&event, out, sizeof out);
    out[n] = '\0';
    assert_string_equal(out, "{\"event\":\"command\",\"command\":\"flash\",\"id\":9007199254740992,"
                             "\"result\":\"trial-failed\",\"image\":\"B-2\",\"detail\":\"why\"}");
}

// Whatever the size, nothing is written beyond it, and a cut report is none.
static void test_size(void **state)
{
    char out[REPORT_SIZE];
    size_t whole = report_write_status(&full, out, sizeof out);

    (void)state;
    for (size_t n = 1; n <= whole + 1; n++) {
        char *p = malloc(n);

        assert_int_equal(report_write_status(&full, p, n), n > whole ? whole : 0);
        free(p);
    }
}

static void test_worst_fits(void **state)
{
    char text[400];
    char out[REPORT_SIZE];
    struct report_event event = {.kind = "error", .command = text, .detail = text};

    (void)state;
    memset(text, '"', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(report_write_event(&event, out, sizeof out) > 0);
}

// Each byte that is not printable ASCII becomes one question mark.
static void test_unprintable(void **state)
{
    char out[REPORT_SIZE];
    struct report_event event = {.kind = "error", .detail = "\x1f ~\x7f\xc3\xa4"};

    (void)state;
    assert_true(report_write_event(&event, out, sizeof out) > 0);
    assert_non_null(strstr(out, "\"detail\":\"? ~???\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_event),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_worst_fits),
        cmocka_unit_test(test_unprintable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
