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
#include "common/image_name.h"
#include "firmware/core/failure.h"
#include "firmware/core/report.h"

static const uint8_t config_hash[8] = {0, 1, 0x7f, 0x80, 0xff, 10, 11, 12};

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
    .config_hash = config_hash,
    .error = "it \"failed\"\\\n\x80",
};

static size_t write_status(const struct report_status *status, char *out, size_t size)
{
    struct report_members members;

    report_begin_status(&members, status, out, size);
    return report_end(&members);
}

static void test_status(void **state)
{
    struct report_status status = full;
    char out[REPORT_SIZE];
    size_t n = write_status(&status, out, sizeof out);
    cJSON *json = cJSON_ParseWithLength(out, n);

    (void)state;
    assert_non_null(json);
    assert_int_equal(cJSON_GetArraySize(json), 11);
    assert_string_equal(
        cJSON_GetObjectItem(json, CONTRACT_STATUS_CONFIG_HASH)->valuestring, "00017f80ff0a0b0c");
    assert_true(cJSON_GetObjectItem(json, CONTRACT_STATUS_UPTIME)->valuedouble > 4294967294.0);
    assert_int_equal(cJSON_GetObjectItem(json, CONTRACT_STATUS_RSSI)->valueint, -65);
    assert_string_equal(cJSON_GetObjectItem(json, CONTRACT_STATUS_BUILD)->valuestring, full.build);
    assert_string_equal(
        cJSON_GetObjectItem(json, CONTRACT_STATUS_ERROR)->valuestring, "it \"failed\"\\??");
    cJSON_Delete(json);
    status.error = "";
    n = write_status(&status, out, sizeof out);
    json = cJSON_ParseWithLength(out, n);
    assert_int_equal(cJSON_GetArraySize(json), 10);
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
    size_t whole = write_status(&full, out, sizeof out);

    (void)state;
    for (size_t n = 1; n <= whole + 1; n++) {
        char *p = malloc(n);

        assert_int_equal(write_status(&full, p, n), n > whole ? whole : 0);
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

// A status with these members; out->left_out says the first that was refused.
static size_t write_members(
    void (*add)(struct report_members *), char *out, size_t size, char left_out[REPORT_MEMBER_SIZE])
{
    struct report_members members;
    size_t n;

    report_begin_status(&members, &full, out, size);
    if (add != NULL)
        add(&members);
    n = report_end(&members);
    memcpy(left_out, members.left_out, REPORT_MEMBER_SIZE);
    return n;
}

static void add_all(struct report_members *members)
{
    report_add_number(members, "presses", 12);
    report_add_number(members, "least", INT64_MIN);
    report_add_number(members, "most", INT64_MAX);
    report_add_decimal(members, "a", 215, 1);
    report_add_decimal(members, "b", -5, 1);
    report_add_decimal(members, "c", 1007, 3);
    report_add_decimal(members, "d", INT32_MIN, 9);
    report_add_decimal(members, "e", INT32_MAX, 9);
    report_add_decimal(members, "f", 0, 2);
    report_add_decimal(members, "g", -7, 0);
    report_add_decimal(members, "h", -7, 10); // more than there may be: left out
    report_add_text(members, "text", "it \"failed\"\\\n\x80");
    report_add_text(members, "empty", "");
}

static void test_members(void **state)
{
    char plain[REPORT_SIZE];
    char out[REPORT_SIZE];
    char left_out[REPORT_MEMBER_SIZE];
    size_t begin = write_members(NULL, plain, sizeof plain, left_out) - 1;
    size_t n = write_members(add_all, out, sizeof out, left_out);

    (void)state;
    assert_memory_equal(out, plain, begin);
    assert_string_equal(out + begin,
        ",\"presses\":12,\"least\":-9223372036854775808,\"most\":9223372036854775807,\"a\":21.5,"
        "\"b\":-0.5,\"c\":1.007,\"d\":-2.147483648,\"e\":2.147483647,\"f\":0.00,\"g\":-7,"
        "\"text\":\"it \\\"failed\\\"\\\\??\",\"empty\":\"\"}");
    assert_int_equal(n, strlen(out));
    assert_string_equal(left_out, "h");
}

static const char *refused_name;

static void add_refused(struct report_members *members)
{
    report_add_text(members, "mine", "x\",\"other\":\"y");
    report_add_number(members, refused_name, 1);
    report_add_text(members, refused_name, "1");
    report_add_decimal(members, refused_name, 1, 1);
    report_add_number(members, "other", 2); // which is a text's only
}

// Names that are malformed, the contract's, or already there.
static void test_names(void **state)
{
    static const char *const names[] = {"", "1", "_a", "A", "aB", "a-b", "a b", "a\"", "a\\", "a\n",
        "\xc3\xa4", "n1234567890123456789012345678901", CONTRACT_STATUS_UPTIME,
        CONTRACT_STATUS_MAX_LOOP, CONTRACT_STATUS_MQTT, CONTRACT_STATUS_NAME, CONTRACT_STATUS_IMAGE,
        CONTRACT_STATUS_BUILD, CONTRACT_STATUS_IP, CONTRACT_STATUS_RSSI, CONTRACT_STATUS_FREE_HEAP,
        CONTRACT_STATUS_ERROR, "mine"};
    char out[REPORT_SIZE];
    char left_out[REPORT_MEMBER_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        refused_name = names[i];
        assert_true(write_members(add_refused, out, sizeof out, left_out) > 0);
        assert_non_null(strstr(out, ",\"mine\":\"x\\\",\\\"other\\\":\\\"y\",\"other\":2}"));
        assert_int_equal(strncmp(left_out, names[i][0] == '\0' ? "?" : names[i], 31), 0);
    }
    refused_name = "n123456789012345678901234567890"; // 31: as long as may be
    assert_true(write_members(add_refused, out, sizeof out, left_out) > 0);
    assert_non_null(strstr(out, ",\"n123456789012345678901234567890\":1,\"other\":2}"));
    assert_string_equal(left_out, refused_name); // the second time
}

static void add_growing(struct report_members *members)
{
    report_add_number(members, "first", 1);
    report_add_text(members, "long_one", "123456789012345678901234567890");
    report_add_decimal(members, "last", 15, 1);
}

// Whatever the room, the status is whole, and so is each member that is in it.
static void test_members_size(void **state)
{
    static const char *const endings[] = {
        "?\"}", ",\"first\":1}", ",\"first\":1,\"last\":1.5}", "\"last\":1.5}", "7890\"}"};
    char out[REPORT_SIZE];
    char left_out[REPORT_MEMBER_SIZE];
    size_t status = write_members(NULL, out, sizeof out, left_out);
    size_t whole = write_members(add_growing, out, sizeof out, left_out);
    unsigned seen[5] = {0};

    (void)state;
    for (size_t size = 1; size <= whole + 1; size++) {
        char *p = malloc(size);
        size_t n = write_members(add_growing, p, size, left_out);

        if (size <= status) {
            assert_int_equal(n, 0);
            free(p);
            continue;
        }
        assert_true(n >= status && n < size && n == strlen(p));
        assert_int_equal(left_out[0] == '\0', size == whole + 1);
        for (size_t i = 0; i < 5; i++)
            seen[i] +=
                n >= strlen(endings[i]) && strcmp(p + n - strlen(endings[i]), endings[i]) == 0;
        cJSON *json = cJSON_ParseWithLength(p, n);

        assert_non_null(json);
        cJSON_Delete(json);
        free(p);
    }
    assert_true(seen[0] > 0 && seen[1] > 0 && seen[2] > 0 && seen[3] > 0);
}

static void add_promised(struct report_members *members)
{
    char text[REPORT_MEMBERS_ROOM / 2 + 1] = {0};

    memset(text, 'x', REPORT_MEMBERS_ROOM / 2 - sizeof ",\"a\":\"\"" + 1);
    report_add_text(members, "a", text);
    report_add_text(members, "b", text);
}

// The longest status that there is leaves the room that is promised.
static void test_members_room(void **state)
{
    char error[FAILURE_DETAIL_SIZE] = {0};
    char image[IMAGE_NAME_SIZE] = {0};
    const struct report_status worst = {UINT32_MAX, UINT32_MAX, UINT32_MAX, "measure-84f3eb012345",
        image, full.build, "255.255.255.255", -1000, UINT32_MAX, config_hash, error};
    struct report_members members;
    char out[REPORT_SIZE];

    (void)state;
    memset(error, '"', sizeof error - 1);
    memset(image, 'x', sizeof image - 1);
    report_begin_status(&members, &worst, out, sizeof out);
    add_promised(&members);
    assert_string_equal(members.left_out, "");
    assert_true(report_end(&members) > 0);
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

// Step, code and detail together have 256 bytes at most, however much of it is escaped.
static void test_failure_is_bounded(void **state)
{
    static const struct {
        char filling;
        size_t length, kept; // of the detail
    } rows[] = {{'x', 119, 119}, {'x', 120, 120}, {'x', 121, 120}, {'\\', 95, 95}, {'"', 106, 0}};
    char detail[200];
    char out[REPORT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct report_event event = {.kind = "error",
            .result = RESULT_TLS_FAILED,
            .detail = detail,
            .step = ERROR_STEP_HANDSHAKE,
            .code = INT32_MIN};

        memset(detail, rows[i].filling, sizeof detail);
        detail[rows[i].length] = '\0';

        size_t n = report_write_event(&event, out, sizeof out);
        cJSON *json = cJSON_Parse(out);
        const char *from = strstr(out, ",\"detail\"");
        const char *got = cJSON_GetStringValue(cJSON_GetObjectItem(json, "detail"));

        assert_non_null(got);
        assert_true(n > 0 && (size_t)(out + n - 1 - from) <= ERROR_STEP_EVENT_MAX);
        // Room for the longest step and code, whatever these are: 25 and 19 bytes.
        assert_true(strstr(out, ",\"step\"") - from <= ERROR_STEP_EVENT_MAX - 25 - 19);
        if (rows[i].kept > 0)
            assert_int_equal(strlen(got), rows[i].kept);
        else
            assert_true(strlen(got) >= 95 && strlen(got) < rows[i].length);
        assert_memory_equal(got, detail, strlen(got));
        assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "step")), "handshake");
        assert_int_equal(
            (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(json, "code")), INT32_MIN);
        cJSON_Delete(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_event),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_worst_fits),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_members_size),
        cmocka_unit_test(test_members_room),
        cmocka_unit_test(test_unprintable),
        cmocka_unit_test(test_failure_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
