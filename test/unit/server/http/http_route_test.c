// Routes: method and path to a handler.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "server/http/http_route.h"

static void none(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    (void)response;
    (void)ctx;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/a", none},
    {HTTP_POST, "/a", none},
    {HTTP_GET, "/a/:", none},
    {HTTP_POST, "/a/:/b/:", none},
    {0, NULL, NULL},
};

static void finds_by_method_and_pattern(void **state)
{
    char long_segment[HTTP_ROUTE_SEGMENT_SIZE + 4] = "/a/";
    static const struct {
        enum http_method method;
        const char *path;
        int route; // -1: none
        unsigned allowed;
        const char *segments[2];
    } cases[] = {
        {HTTP_GET, "/a", 0, 0, {"", ""}}, {HTTP_HEAD, "/a", 0, 0, {"", ""}},
        {HTTP_POST, "/a", 1, 0, {"", ""}},
        {HTTP_OTHER, "/a", -1, HTTP_GET | HTTP_HEAD | HTTP_POST, {"", ""}},
        {HTTP_GET, "/a/x", 2, 0, {"x", ""}},
        {HTTP_POST, "/a/x", -1, HTTP_GET | HTTP_HEAD, {"x", ""}},
        {HTTP_POST, "/a/x/b/y", 3, 0, {"x", "y"}}, {HTTP_GET, "/a/", -1, 0, {"", ""}},
        {HTTP_GET, "/a/x/", -1, 0, {"", ""}}, {HTTP_GET, "/a/x/y", -1, 0, {"", ""}},
        {HTTP_GET, "/", -1, 0, {"", ""}}, {HTTP_GET, "", -1, 0, {"", ""}},
        {HTTP_GET, "/ab", -1, 0, {"", ""}},
        {HTTP_GET, "/a/..", 2, 0, {"..", ""}}, // a name like any other
    };
    struct http_route_match match;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        http_route_find(routes, cases[i].method, cases[i].path, &match);
        if (cases[i].route >= 0) {
            assert_ptr_equal(match.route, &routes[cases[i].route]);
            assert_string_equal(match.segments[0], cases[i].segments[0]);
            assert_string_equal(match.segments[1], cases[i].segments[1]);
        } else {
            assert_null(match.route);
            assert_int_equal(match.allowed, cases[i].allowed);
        }
    }
    memset(long_segment + 3, 'x', HTTP_ROUTE_SEGMENT_SIZE - 1);
    http_route_find(routes, HTTP_GET, long_segment, &match);
    assert_ptr_equal(match.route, &routes[2]);
    long_segment[3 + HTTP_ROUTE_SEGMENT_SIZE - 1] = 'x';
    http_route_find(routes, HTTP_GET, long_segment, &match);
    assert_null(match.route);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_method_and_pattern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
