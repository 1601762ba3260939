// Server-sent events, in pieces of every size.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/sse.h"

struct seen {
    struct sse *sse;
    char text[400]; // "ID TYPE DATA|" of each
    int stop;
};

static int see(const struct sse_message *message, void *ctx)
{
    struct seen *seen = ctx;
    size_t n = strlen(seen->text);

    snprintf(seen->text + n, sizeof seen->text - n, "%s %s %s|", sse_id(seen->sse), message->type,
        message->data);
    return seen->stop;
}

static void assert_seen(const char *stream, const char *expected, const char *last_id)
{
    for (size_t piece = 1; piece <= strlen(stream); piece++) {
        struct seen seen = {.sse = sse_new()};

        assert_non_null(seen.sse);
        for (size_t at = 0; at < strlen(stream); at += piece) {
            size_t left = strlen(stream) - at;

            assert_int_equal(
                sse_take(seen.sse, stream + at, left < piece ? left : piece, see, &seen), 0);
        }
        assert_string_equal(seen.text, expected);
        assert_string_equal(sse_id(seen.sse), last_id);
        sse_free(seen.sse);
    }
}

static void messages_are_read(void **state)
{
    (void)state;
    assert_seen("id: 1\ndata: a\n\n", "1  a|", "1");
    assert_seen("id: 1\r\ndata: a\r\n\r\n", "1  a|", "1");
    assert_seen("data:a\ndata: b\ndata\n\n", "  a\nb\n|", "");
    assert_seen("event: gap\nid: 7\ndata: {}\n\ndata: x\n\n", "7 gap {}|7  x|", "7");
    assert_seen("data:  two spaces\n\n", "   two spaces|", "");
    assert_seen("retry: 5\nwhat: x\ndatax: y\ndata: a:b\n\n", "  a:b|", "");
}

static void a_message_without_data_is_none_but_its_id_counts(void **state)
{
    (void)state;
    assert_seen(":\n\n", "", "");
    assert_seen(": comment\nid: 5\n\n", "", "5");
    assert_seen("event: x\n\ndata: a\n\n", "  a|", "");
    assert_seen("data\n\n", "  |", "");
    assert_seen("id: 5\n\nid: 12345678901234567890\ndata: a\n\n", "5  a|", "5");
}

// It is asked for again: its id must not count as seen.
static void what_was_cut_off_does_not_count(void **state)
{
    static const char cut[] = "id: 1\n\nevent: x\nid: 2\ndata: b\nda";
    struct seen seen = {.sse = sse_new()};

    (void)state;
    assert_seen("id: 1\ndata: a\n\nid: 2\ndata: b\n", "1  a|", "1");
    assert_int_equal(sse_take(seen.sse, cut, strlen(cut), see, &seen), 0);
    sse_restart(seen.sse);
    assert_int_equal(sse_take(seen.sse, "data: c\n\n", 9, see, &seen), 0);
    assert_string_equal(seen.text, "1  c|");
    sse_free(seen.sse);
}

static void it_stops_when_it_is_told(void **state)
{
    struct seen seen = {.sse = sse_new(), .stop = -7};

    (void)state;
    assert_int_equal(sse_take(seen.sse, "data: a\n\ndata: b\n\n", 18, see, &seen), -7);
    assert_string_equal(seen.text, "  a|");
    sse_free(seen.sse);
}

static int take_many(const char *line, size_t bytes)
{
    struct seen seen = {.sse = sse_new()};
    int rc = 0;

    for (size_t n = 0; rc == 0 && n < bytes; n += strlen(line))
        rc = sse_take(seen.sse, line, strlen(line), see, &seen);
    sse_free(seen.sse);
    return rc;
}

static void one_that_is_too_large_is_refused(void **state)
{
    (void)state;
    assert_int_equal(take_many("data: 0123456789\n", SSE_MESSAGE_MAX), 0);
    assert_int_equal(take_many("data: 0123456789\n", 2 * SSE_MESSAGE_MAX), ERR_TOO_LARGE);
    assert_int_equal(take_many("0123456789", SSE_MESSAGE_MAX - 10), 0);
    assert_int_equal(take_many("0123456789", SSE_MESSAGE_MAX + 10), ERR_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_read),
        cmocka_unit_test(a_message_without_data_is_none_but_its_id_counts),
        cmocka_unit_test(what_was_cut_off_does_not_count),
        cmocka_unit_test(it_stops_when_it_is_told),
        cmocka_unit_test(one_that_is_too_large_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
