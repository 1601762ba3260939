// Tests of the HTTP response head's parser.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/http_response_head.h"

static int feed(
    struct http_response_head *head, const char *text, size_t n, struct failure *failure)
{
    return http_response_head_feed(head, (const uint8_t *)text, n, failure);
}

static const char good[] = "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-LENGTH: \t 12 \r\n\r\nbody";

static void test_split_everywhere(void **state)
{
    size_t size = strlen(good);

    (void)state;
    for (size_t n = 0; n <= size; n++) {
        struct http_response_head head;
        struct failure failure;

        http_response_head_init(&head);
        int first = feed(&head, good, n, &failure);
        int second = feed(&head, good + n, size - n, &failure);

        assert_true(first >= 0 && second >= 0);
        assert_int_equal(first + second, size - 4);
        assert_true(head.done);
        assert_int_equal(head.status, 200);
        assert_true(head.has_length);
        assert_int_equal(head.content_length, 12);
    }
}

static void test_truncated(void **state)
{
    (void)state;
    for (size_t n = 0; n < strlen(good) - 4; n++) {
        struct http_response_head head;
        struct failure failure;
        char *part = malloc(n == 0 ? 1 : n);

        memcpy(part, good, n);
        http_response_head_init(&head);
        assert_int_equal(feed(&head, part, n, &failure), n);
        assert_false(head.done);
        free(part);
    }
}

static void test_retry_after(void **state)
{
    static const struct {
        const char *line;
        uint32_t seconds;
    } rows[] = {
        {"", 0},
        {"Retry-After: 30\r\n", 30},
        {"RETRY-AFTER:\t7 \t\r\n", 7},
        {"Retry-After: 0\r\n", 0},
        {"Retry-After: 4294967295\r\n", UINT32_MAX},
        {"Retry-After: 4294967296\r\n", 0},
        {"Retry-After: 99999999999999999999999999\r\n", 0},
        {"Retry-After:\r\n", 0},
        {"Retry-After: -5\r\n", 0},
        {"Retry-After: 5s\r\n", 0},
        {"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", 0},
        {"Retry-Afters: 5\r\n", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_response_head head;
        struct failure failure;
        char text[128];

        snprintf(text, sizeof text, "HTTP/1.1 202 Accepted\r\n%s\r\n", rows[i].line);
        http_response_head_init(&head);
        assert_int_equal(feed(&head, text, strlen(text), &failure), strlen(text));
        assert_true(head.done);
        assert_int_equal(head.retry_after_s, rows[i].seconds);
    }
}

static void test_rows(void **state)
{
    static const struct {
        const char *text;
        int status; // 0: refused
        bool has_length;
    } rows[] = {
        {"HTTP/1.1 304 Not Modified\r\n\r\n", 304, false},
        {"HTTP/1.0 404\r\nX:\r\n\r\n", 404, false},
        {"HTTP/1.1 200 OK\nContent-Length:0\n\n", 200, true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 4294967295\r\n\r\n", 200, true},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\n\r\n", 204, false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 200, true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 4294967296\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\nContent-Length:5\t \r\n\r\n", 200, true},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\nContent-Length\t: 5\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\n: no name\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\nno field\r\n\r\n", 0, false},
        {"HTTP/1.1 200 OK\r\n folded: x\r\n\r\n", 0, false},
        {"HTTP/2 200 OK\r\n\r\n", 0, false},
        {"HTTP/1.x 200 OK\r\n\r\n", 0, false},
        {"HTTP/1.1\t200 OK\r\n\r\n", 0, false},
        {"HTTP/1.1 20 OK\r\n\r\n", 0, false},
        {"HTTP/1.1 x00 OK\r\n\r\n", 0, false},
        {"HTTP/1.1 2x0 OK\r\n\r\n", 0, false},
        {"HTTP/1.1 20x OK\r\n\r\n", 0, false},
        {"HTTP/1.1 2000 OK\r\n\r\n", 0, false},
        {"HTTP/1.1 099 OK\r\n\r\n", 0, false},
        {"\r\n", 0, false},
        {"garbage\r\n", 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_response_head head;
        struct failure failure;

        http_response_head_init(&head);
        int rc = feed(&head, rows[i].text, strlen(rows[i].text), &failure);

        if (rows[i].status == 0) {
            assert_int_equal(rc, -RESULT_HTTP_MALFORMED);
            continue;
        }
        assert_int_equal(rc, strlen(rows[i].text));
        assert_true(head.done);
        assert_int_equal(head.status, rows[i].status);
        assert_int_equal(head.has_length, rows[i].has_length);
    }
}

static void test_nul(void **state)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nA: b\0c\r\n";
    struct http_response_head head;
    struct failure failure;

    (void)state;
    http_response_head_init(&head);
    assert_int_equal(feed(&head, text, sizeof text - 1, &failure), -RESULT_HTTP_MALFORMED);
}

static void test_limits(void **state)
{
    static char line[HTTP_RESPONSE_HEAD_LINE_MAX + 3];
    struct http_response_head head;
    struct failure failure;
    int rc = 0;

    (void)state;
    memset(line, 'a', sizeof line);
    line[1] = ':';
    for (int extra = 0; extra <= 1; extra++) {
        size_t n = (size_t)(HTTP_RESPONSE_HEAD_LINE_MAX + extra);

        http_response_head_init(&head);
        assert_true(feed(&head, "HTTP/1.1 200 OK\r\n", 17, &failure) == 17);
        rc = feed(&head, line, n, &failure);
        if (rc >= 0)
            rc = feed(&head, "\n", 1, &failure);
        assert_int_equal(rc < 0, extra == 1);
    }
    http_response_head_init(&head);
    rc = feed(&head, "HTTP/1.1 200 OK\r\n", 17, &failure);
    for (size_t i = 0; rc >= 0 && i <= HTTP_RESPONSE_HEAD_MAX / 6; i++)
        rc = feed(&head, "a: b\r\n", 6, &failure);
    assert_int_equal(rc, -RESULT_HTTP_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_everywhere),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
