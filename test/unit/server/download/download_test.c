// Where the download server's files lie.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "server/download/download.h"

// Paths as the configuration has them: without a slash at the end, but for the root itself.
static void files_lie_below_the_path(void **state)
{
    static const char *const cases[][2] = {
        {"/download", "/download/f"}, {"/", "/f"}, {"/a/b", "/a/b/f"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct download_settings settings = {.path = cases[i][0]};
        struct download *download = NULL;
        struct http_route_match match;
        struct err err = {0};

        assert_int_equal(download_new(&settings, NULL, &download, &err), 0);
        http_route_find(download_routes(download), HTTP_GET, cases[i][1], &match);
        assert_non_null(match.route);
        assert_string_equal(match.segments[0], "f");
        download_free(download);
    }
}

static void a_path_too_long_is_refused(void **state)
{
    char path[300];
    struct download_settings settings = {.path = path};
    struct download *download = NULL;
    struct err err = {0};

    (void)state;
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    assert_int_equal(download_new(&settings, NULL, &download, &err), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_lie_below_the_path),
        cmocka_unit_test(a_path_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
