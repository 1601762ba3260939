// Names in paths: those that could be none, and what is said of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/client_path.h"
#include "server/ctl/url.h"
#include "server/http/http_route.h"

static int check(const char *name, const char *action, struct err *err)
{
    struct url url;
    int rc;

    url_init(&url, "/api/v1/users");
    url_segment(&url, name);
    if (action != NULL)
        url_segment(&url, action);
    url_query(&url, "filter", "a/b");
    rc = client_path_check(url_text(&url), err);
    url_clear(&url);
    return rc;
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        const char *message; // NULL: it may be one
    } rows[] = {
        {"anna", NULL},
        {"..", NULL},
        {"a b", NULL},
        {"a%2fb", NULL},
        {"%", NULL},
        {"\xff?#", NULL},
        {"a/b", "\"a/b\" is no name: there is none with a '/'"},
        {"/", "\"/\" is no name: there is none with a '/'"},
        {"../x", "\"../x\" is no name: there is none with a '/'"},
        {"", "\"\" is no name: it is empty"},
    };

    (void)state;
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
        const char *message = rows[i / 2].message;
        struct err err = {0};
        int rc = check(rows[i / 2].name, i % 2 == 0 ? NULL : "remove", &err);

        assert_int_equal(rc, message != NULL ? ERR_INVALID : 0);
        assert_string_equal(err.message, message != NULL ? message : "");
    }
}

// As many bytes as the daemon takes, however they are escaped.
static void test_lengths(void **state)
{
    char name[HTTP_ROUTE_SEGMENT_SIZE + 1];
    struct err err = {0};

    (void)state;
    for (int fill = 'x'; fill != 0; fill = fill == 'x' ? ' ' : 0) {
        memset(name, fill, sizeof name);
        name[HTTP_ROUTE_SEGMENT_SIZE - 1] = '\0';
        assert_int_equal(check(name, "remove", &err), 0);
        name[HTTP_ROUTE_SEGMENT_SIZE - 1] = 'y';
        name[HTTP_ROUTE_SEGMENT_SIZE] = '\0';
        assert_int_equal(check(name, "remove", &err), ERR_INVALID);
        assert_non_null(strstr(err.message, "...\" is no name: it has 128 bytes, of at most 127"));
    }
}

static void test_paths_of_ours(void **state)
{
    (void)state;
    assert_int_equal(client_path_check("/api/v1/devices", NULL), 0);
    assert_int_equal(client_path_check("/api/v1/devices?filter=a//b", NULL), 0);
    assert_int_equal(client_path_check("/metrics", NULL), 0);
    assert_int_equal(client_path_check("/api/v1/chains/", NULL), ERR_INVALID);
    assert_int_equal(client_path_check("/api/v1/users/%2", NULL), 0);
    assert_int_equal(client_path_check("/api/v1/users/%2g", NULL), 0);
}

static void test_urls(void **state)
{
    const struct client_target here = {.socket = "/run/x"};
    const struct client_target there = {.server.url = "https://h:9443"};
    char url[CLIENT_PATH_URL_SIZE];
    char path[CLIENT_PATH_URL_SIZE + 1];

    (void)state;
    assert_int_equal(client_path_join(&here, "/a?b", url, NULL), 0);
    assert_string_equal(url, "http://localhost/a?b");
    assert_int_equal(client_path_join(&there, "/a?b", url, NULL), 0);
    assert_string_equal(url, "https://h:9443/a?b");
    assert_int_equal(client_path_join(&here, "/a/", url, NULL), ERR_INVALID);
    assert_int_equal(client_path_join(&here, NULL, url, NULL), ERR_NO_MEMORY);
    memset(path, 'x', sizeof path);
    memcpy(path, "/a?", 3);
    path[CLIENT_PATH_URL_SIZE - strlen("http://localhost")] = '\0';
    assert_int_equal(client_path_join(&here, path, url, NULL), ERR_INVALID);
    path[CLIENT_PATH_URL_SIZE - strlen("http://localhost") - 1] = '\0';
    assert_int_equal(client_path_join(&here, path, url, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_paths_of_ours),
        cmocka_unit_test(test_urls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
