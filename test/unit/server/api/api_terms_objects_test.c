// If-Match of what has an answer of its own: who changes what another changed meanwhile is refused.
#include "server/store/certificate_store.h"
#include "test/unit/server/api/api_fixture.h"

#define API "/api/v1"
#define NEW "84f3eb000009"
#define OTHER "84f3eb00000b"

static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
                          "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwQWu+NhesUJZyjL0X3j5VBxAU4vE\n"
                          "xj8iNTtYcPhZ29pozueH5/x+gKl1HNjbCMezSn3Plu2loMc209uETppsKg==\n"
                          "-----END PUBLIC KEY-----\n";

static void ask_if(struct fixture *f, const char *target, const char *body, const char *terms)
{
    static char headers[200];

    snprintf(headers, sizeof headers, "If-Match: %s\r\n", terms);
    api_fixture_headers = headers;
    ask(f, "POST", target, body, strlen(body));
    api_fixture_headers = "";
}

// The ETag of what a GET answers, with its quotes; it begins with a state.
static void get_tag(struct fixture *f, const char *target, char out[128])
{
    const char *tag;

    ask(f, "GET", target, NULL, 0);
    expect(f, target, 200, "\r\nETag: \"", "");
    tag = strstr(f->answer, "\r\nETag: ") + strlen("\r\nETag: ");
    snprintf(out, 128, "%.*s", (int)strcspn(tag, "\r"), tag);
    assert_int_equal(strcspn(out, "."), 33);
}

static void post(struct fixture *f, const char *target, const char *body)
{
    ask(f, "POST", target, body, strlen(body));
}

// One kind of object: its page, a change of it, and if there are any, another, and what takes it
// away.
static const struct row {
    const char *page, *change, *other, *end;
} rows[] = {
    {API "/certificates/0B", API "/certificates/0b/revoke", NULL, NULL},
    {API "/enrolments/" NEW, API "/enrolments/" NEW "/reject",
        API "/enrolments/84F3EB000009/approve?any_key=1", API "/enrolments/" NEW "/remove"},
    {API "/keys/first", API "/keys/first/retire", API "/keys/first/retire?undo=1",
        API "/keys/first/remove"},
    {API "/settings/layer?scope=group&name=g", API "/settings/history/2/revert",
        API "/settings/history/3/revert", NULL},
    {API "/webhooks/chat", API "/webhooks/chat/test", API "/webhooks/chat/test",
        API "/webhooks/chat/remove"},
};

static int add_certificate(struct store_connection *connection, void *ctx, struct err *err)
{
    struct certificate_record record = {.serial = "0b", .common_name = OTHER, .mac = OTHER};

    (void)ctx;
    return certificate_store_add(connection, &record, NULL, err);
}

static void prepare(struct fixture *f)
{
    assert_int_equal(store_write(f->api.store, add_certificate, NULL, NULL), 0);
    post(f, API "/enrolments", "{\"macs\": [\"" NEW "\"]}");
    expect(f, "enrolment", 201, NEW, "");
    post(f, API "/keys?name=first", pem);
    expect(f, "key", 201, "first", "");
    post(f, API "/groups", "{\"name\": \"g\", \"filter\": \"tag=a\"}");
    post(f, API "/settings/schema", "{\"properties\": {\"p\": {}}}");
    post(f, API "/settings?scope=group&name=g", "{\"p\": 1}");
    expect(f, "a layer", 200, "\"number\":1", "");
    post(f, API "/settings?scope=group&name=g", "{\"p\": 2}");
    expect(f, "another", 200, "\"number\":2", "");
    post(f, API "/webhooks", "{\"name\": \"chat\", \"url\": \"https://chat.example/\"}");
    expect(f, "webhook", 201, "chat", "");
}

static bool is_done(const struct fixture *f)
{
    long status = strtol(f->answer + strlen("HTTP/1.x "), NULL, 10);

    return status == 200 || status == 202;
}

static void check_row(struct fixture *f, const struct row *row)
{
    char seen[128];
    char newer[128];

    get_tag(f, row->page, seen);
    ask_if(f, row->change, "", "\"00000000000000000000000000000000\"");
    expect(f, row->change, 412, "#/x-problems/precondition-failed", "");
    get_tag(f, row->page, newer);
    assert_string_equal(newer, seen);
    ask_if(f, row->change, "", seen);
    if (!is_done(f))
        fail_msg("%s as it was seen: %s", row->change, f->answer);
    if (row->other != NULL)
        post(f, row->other, "");
    if (!is_done(f))
        fail_msg("%s, done otherwise: %s", row->change, f->answer);
    ask_if(f, row->change, "", seen);
    expect(f, row->change, 412, "was changed since", "");
    if (row->end == NULL)
        return;
    ask_if(f, row->end, "", seen);
    expect(f, row->end, 412, "was changed since", "");
    ask_if(f, row->end, "", "*");
    expect(f, row->end, 200, "\"removed\":true", "");
    ask_if(f, row->end, "", "*");
    if (strstr(row->end, "keys") != NULL)
        expect(f, row->end, 404, "no single key", "");
    else
        expect(f, row->end, 412, "or none any more", "");
}

static void each_keeps_to_it(void **state)
{
    struct fixture *f = *state;

    prepare(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(f, &rows[i]);
}

static void what_is_not_there(void **state)
{
    static const struct {
        const char *target;
        int status;
    } others[] = {
        {API "/certificates/0c", 404},
        {API "/certificates/nonsense", 400},
        {API "/enrolments/84f3eb0000ff", 404},
        {API "/enrolments/nonsense", 400},
        {API "/keys/nobody", 404},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ask(f, "GET", others[i].target, NULL, 0);
        expect(f, others[i].target, others[i].status, "#/x-problems/", "");
    }
    ask_if(f, API "/settings/history/99/revert", "", "*");
    expect(f, "no such change", 404, "99", "");
    ask_if(f, API "/certificates/0c/revoke?force=1", "", "*");
    expect(f, "no such certificate", 412, "there is no certificate 0c", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_keeps_to_it),
        cmocka_unit_test(what_is_not_there),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
