// Bodies in pieces of every size, up to their bound.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "server/http/http_incoming.h"

static void a_body_grows_up_to_its_bound(void **state)
{
    static const size_t bounds[] = {0, 1, 4095, 4096, 4097, 100000};
    static const size_t pieces[] = {1, 7, 4096, 4097, 8193, 65536};

    (void)state;
    for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++) {
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
            struct http_request request = {.body = NULL};
            char *piece = malloc(pieces[p]);

            assert_non_null(piece);
            memset(piece, 'x', pieces[p]);
            for (size_t n = 0; n < bounds[b]; n += pieces[p]) {
                size_t rest = bounds[b] - n < pieces[p] ? bounds[b] - n : pieces[p];

                assert_int_equal(http_incoming_append(&request, piece, rest, bounds[b]), 0);
                assert_int_equal(request.body_size, n + rest);
                assert_false(request.too_large);
            }
            for (size_t i = 0; i < bounds[b]; i++)
                assert_int_equal(request.body[i], 'x');
            assert_int_equal(http_incoming_append(&request, piece, 1, bounds[b]), 0);
            assert_true(request.too_large);
            assert_int_equal(request.body_size, bounds[b]);
            free(request.body);
            free(piece);
        }
    }
}

static void methods(void **state)
{
    (void)state;
    assert_int_equal(http_incoming_method("GET"), HTTP_GET);
    assert_int_equal(http_incoming_method("HEAD"), HTTP_HEAD);
    assert_int_equal(http_incoming_method("POST"), HTTP_POST);
    assert_int_equal(http_incoming_method("get"), HTTP_OTHER);
    assert_int_equal(http_incoming_method("GETS"), HTTP_OTHER);
    assert_int_equal(http_incoming_method(""), HTTP_OTHER);
}

// A NUL would end a text before its end.
static void a_decoded_nul_is_none(void **state)
{
    static const struct {
        const char *in;
        const char *out;
    } rows[] = {
        {"a%00b", "a\x01"
                  "b"},
        {"%00", "\x01"},
        {"a%2fb", "a/b"},
        {"%", "%"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[32];

        strcpy(text, rows[i].in);
        assert_int_equal(http_incoming_unescape(NULL, NULL, text), strlen(rows[i].out));
        assert_string_equal(text, rows[i].out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_grows_up_to_its_bound),
        cmocka_unit_test(methods),
        cmocka_unit_test(a_decoded_nul_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
