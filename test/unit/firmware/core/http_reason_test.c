// Tests of what is told about a server's refusal.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/http_reason.h"
#include "test/unit/firmware/fake_port.h"

static struct port_ops ops;
static struct fake_port port;
static struct tls tls;
static struct https https;

// An answer whose body has been read up to its end, so that no connection is needed.
static void put_body(const char *body)
{
    fake_init(&port);
    ops = fake_ops;
    port.port.ops = &ops;
    tls.port = &port.port;
    memset(&https, 0, sizeof https);
    https.tls = &tls;
    https.phase = HTTPS_BODY;
    https.head.has_length = true;
    https.body_left = (uint32_t)strlen(body);
    https.early_used = strlen(body);
    assert_true(https.early_used <= sizeof https.early);
    memcpy(https.early, body, https.early_used);
    https.stall.length_ms = TIMER_NEVER;
}

static void test_lines(void **state)
{
    static const struct {
        const char *body;
        const char *detail;
    } rows[] = {
        {"", "HTTP 503"},
        {"try later", "HTTP 503: try later"},
        {"try later\nand so on", "HTTP 503: try later"},
        {"try later\r\nand so on", "HTTP 503: try later"},
        {"a: b: c", "HTTP 503: a: b: c"},
        {"\x01\x7f\xc3\xa4\"<\\", "HTTP 503: ????\"<\\"},
        {"\nsecond", "HTTP 503"},
        {"\r\n", "HTTP 503"},
    };
    struct failure failure;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int rc = STEP_AGAIN;

        put_body(rows[i].body);
        http_reason_start(&failure, 503);
        for (int n = 0; rc == STEP_AGAIN && n < 10; n++)
            rc = http_reason_step(&https, &failure);
        assert_int_equal(rc, -RESULT_HTTP_STATUS);
        assert_int_equal(failure.result, RESULT_HTTP_STATUS);
        assert_string_equal(failure.detail, rows[i].detail);
    }
}

// As much of a long line as fits, whatever pieces it comes in.
static void test_long_line(void **state)
{
    char body[64];
    struct failure failure;
    int rc = STEP_AGAIN;
    int pieces = 0;

    (void)state;
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    http_reason_start(&failure, 400);
    for (; rc == STEP_AGAIN && pieces < 10; pieces++) {
        put_body(body);
        rc = http_reason_step(&https, &failure);
    }
    assert_int_equal(rc, -RESULT_HTTP_STATUS);
    assert_int_equal(pieces, 2);
    assert_int_equal(strlen(failure.detail), FAILURE_DETAIL_SIZE - 1);
    assert_memory_equal(failure.detail, "HTTP 400: xxx", 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_long_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
