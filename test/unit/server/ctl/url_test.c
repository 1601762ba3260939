// Paths with queries.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/url.h"
#include "test/unit/failing_memory.h"

static void test_escaping(void **state)
{
    struct url url;

    (void)state;
    url_init(&url, "/api/v1/images");
    assert_string_equal(url_text(&url), "/api/v1/images");
    url_segment(&url, "../a b/\xc3\xa4");
    url_segment(&url, "verify");
    url_query(&url, "image", "ESP*?&x=1");
    url_query(&url, "plain", "a-Z_0.~");
    url_query(&url, "empty", "");
    assert_string_equal(url_text(&url), "/api/v1/images/..%2Fa%20b%2F%C3%A4/verify"
                                        "?image=ESP%2A%3F%26x%3D1&plain=a-Z_0.~&empty=");
    url_clear(&url);
    assert_null(url_text(&url));
}

static void test_likeness(void **state)
{
    static const char *const rows[][2] = {{NULL, "/b?y=2"}, {"x", "/b?x=a%20b&y=2"}};
    struct url failed = {.failed = true};
    struct url like;
    struct url url;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        url_init(&like, "/a");
        if (rows[i][0] != NULL)
            url_query(&like, rows[i][0], "a b");
        url_init_like(&url, "/b", &like);
        url_query(&url, "y", "2");
        assert_string_equal(url_text(&url), rows[i][1]);
        url_clear(&url);
        url_clear(&like);
    }
    url_init_like(&url, "/b", &failed);
    assert_null(url_text(&url));
    url_clear(&url);
}

// Whichever piece finds no memory, there is no text, which would be another path.
static void test_no_memory(void **state)
{
    struct url url;
    bool failed = true;

    (void)state;
    for (long n = 1; failed; n++) {
        failing_memory_start(n);
        url_init(&url, "/api/v1/images");
        url_segment(&url, "a b");
        url_query(&url, "name", "[x@`{/:]");
        failed = failing_memory_end();
        if (failed)
            assert_null(url_text(&url));
        else
            assert_string_equal(url_text(&url), "/api/v1/images/a%20b?name=%5Bx%40%60%7B%2F%3A%5D");
        url_clear(&url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_escaping),
        cmocka_unit_test(test_likeness), cmocka_unit_test(test_no_memory)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
