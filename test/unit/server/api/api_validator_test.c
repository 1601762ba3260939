// What a client has already is not sent again, and nothing else is kept from it.
#include "test/unit/server/api/api_fixture.h"

#define API "/api/v1"

static void ask_with(struct fixture *f, const char *method, const char *target, const char *tags)
{
    static char headers[512];

    snprintf(headers, sizeof headers, "If-None-Match: %s\r\n", tags);
    api_fixture_headers = headers;
    ask(f, method, target, NULL, 0);
    api_fixture_headers = "";
}

static void read_tag(struct fixture *f, char out[80])
{
    const char *tag = strstr(f->answer, "\r\nETag: \"");

    assert_non_null(tag);
    snprintf(out, 80, "%.66s", tag + strlen("\r\nETag: "));
    assert_int_equal(out[65], '"');
}

static void what_it_has_is_not_sent(void **state)
{
    struct fixture *f = *state;
    char tag[80];
    char list[400];

    ask(f, "GET", API "/groups", NULL, 0);
    expect(f, "groups", 200, "[]", "");
    read_tag(f, tag);
    snprintf(list, sizeof list, "\"other\", W/%s, \"third\"", tag);

    const char *const good[] = {tag, list, "*"};

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ask_with(f, "GET", API "/groups", good[i]);
        expect(f, good[i], 304, tag, "");
        assert_non_null(strstr(f->answer, "\r\n\r\n"));
        assert_string_equal(strstr(f->answer, "\r\n\r\n"), "\r\n\r\n");
    }
    ask_with(f, "HEAD", API "/groups", tag);
    expect(f, "HEAD", 304, tag, "");
}

static void what_it_has_not_is_sent(void **state)
{
    static const char group[] = "{\"name\": \"low\", \"filter\": \"tag=cellar\"}";
    struct fixture *f = *state;
    char tag[80];
    char cut[80];

    ask(f, "GET", API "/groups", NULL, 0);
    read_tag(f, tag);
    snprintf(cut, sizeof cut, "\"%.63s\"", tag + 1);
    ask_with(f, "GET", API "/groups", cut);
    expect(f, "a part of it", 200, "[]", "");
    ask(f, "POST", API "/groups", group, strlen(group));
    ask_with(f, "GET", API "/groups", tag);
    expect(f, "changed since", 200, "tag=cellar", "ETag");
}

static void only_good_answers_to_get_have_one(void **state)
{
    static const struct {
        const char *method, *target;
        int status;
    } rows[] = {{"GET", API "/devices", 200}, {"GET", API "/devices/nonsense", 400},
        {"GET", API "/commands/7", 404}, {"POST", API "/groups/low/remove", 200}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ask_with(f, rows[i].method, rows[i].target, "*");
        expect(f, rows[i].target, rows[i].status, "", "");
        assert_null(strstr(f->answer, "ETag"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_has_is_not_sent),
        cmocka_unit_test(what_it_has_not_is_sent),
        cmocka_unit_test(only_good_answers_to_get_have_one),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
