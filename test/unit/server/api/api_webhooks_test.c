// Webhooks over the API: what is taken, what is shown, what is not.
#include "test/unit/server/api/api_fixture.h"

#include "server/api/api_json.h"

#define API "/api/v1/webhooks"
#define GIVEN "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static void post(struct fixture *f, const char *target, const char *body)
{
    ask(f, "POST", target, body, strlen(body));
}

static void one_is_added_with_a_secret_that_is_shown_once(void **state)
{
    struct fixture *f = *state;
    char secret[64];
    const char *shown;

    post(f, API, "{\"url\": \"https://chat.example:8443/a?b=c\"}");
    expect(f, "made", 201, "\"name\":\"chat.example\"", "\"state\":\"on\",\"queued\":0");
    shown = strstr(f->answer, "\"secret\":\"whsec_");
    assert_non_null(shown);
    snprintf(secret, sizeof secret, "%.44s", shown + strlen("\"secret\":\"whsec_"));
    ask(f, "GET", API, NULL, 0);
    expect(f, "list", 200, "\"url\":\"https://chat.example:8443/a?b=c\",\"events\":[]",
        "\"last\":null");
    assert_null(strstr(f->answer, secret));
    assert_null(strstr(f->answer, "secret"));
    ask(f, "GET", API "/chat.example", NULL, 0);
    expect(f, "one", 200, "\"name\":\"chat.example\"", "\"filter\":null");
    assert_null(strstr(f->answer, secret));
    post(f, API, "{\"url\": \"https://chat.example/other\"}");
    expect(f, "again", 409, "another --name", "");
    post(f, API,
        "{\"url\": \"https://chat.example/other\", \"name\": \"two\", \"events\": [\"boot\","
        " \"rollout-*\"], \"filter\": \"tag=cellar\", \"secret\": \"" GIVEN "\"}");
    expect(f, "given", 201, "\"events\":[\"boot\",\"rollout-*\"],\"filter\":\"tag=cellar\"", GIVEN);
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct {
        const char *body;
        int status;
        const char *why;
    } rows[] = {
        {"{}", 400, "lacks"},
        {"{\"url\": \"https://me:sesame@example.com/\"}", 400, "has a user"},
        {"{\"url\": \"https://10.0.0.1/\", \"name\": \"x\"}", 403, "private (RFC 1918, 3)"},
        {"{\"url\": \"https://[::1]/\", \"name\": \"x\"}", 403, "loopback"},
        {"{\"url\": \"http://192.0.2.1/\", \"name\": \"x\"}", 403, "this machine alone"},
        {"{\"url\": \"https://[2001:4860::1]/\"}", 400, "needs a name"},
        {"{\"url\": \"https://a.example/\", \"name\": \"a b\"}", 400, "needs a name"},
        {"{\"url\": \"https://a.example/\", \"name\": \"..\"}", 400, "needs a name"},
        {"{\"url\": \"https://a.example/\", \"events\": [\"Boot\"]}", 400, "a kind of event"},
        {"{\"url\": \"https://a.example/\", \"filter\": \"tag\"}", 400, "column 4"},
        {"{\"url\": \"https://a.example/\", \"filter\": \"group=none\"}", 404, "no group none"},
        {"{\"url\": \"https://a.example/\", \"secret\": \"sesame\"}", 400, "24 to 64 bytes"},
        {"{\"url\": \"https://a.example/\", \"colour\": \"red\"}", 400, "colour"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        post(f, API, rows[i].body);
        expect(f, rows[i].body, rows[i].status, rows[i].why, "");
        assert_null(strstr(f->answer, "sesame"));
    }
    post(f, API, "{\"url\": \"https://192.0.2.7/\", \"name\": \"seven\"}");
    expect(f, "an allowed one", 201, "seven", "");
    post(f, API "/seven/remove", "");
    expect(f, "removed", 200, "\"removed\":true", "");
}

static void there_are_no_more_than_so_many(void **state)
{
    struct fixture *f = *state;
    char body[128];

    for (int i = 0; i <= WEBHOOK_MAX; i++) {
        snprintf(body, sizeof body, "{\"url\": \"https://n%d.example/\"}", i);
        post(f, API, body);
        if (strstr(f->answer, " 409 ") != NULL)
            break;
        expect(f, body, 201, "", "");
    }
    expect(f, "one too many", 409, "there are 64 webhooks", "");
    for (int i = 0; i <= WEBHOOK_MAX; i++) {
        snprintf(body, sizeof body, API "/n%d.example/remove", i);
        post(f, body, "");
    }
}

static void one_is_tried_and_removed(void **state)
{
    struct fixture *f = *state;

    post(f, API "/two/test", "");
    expect(f, "queued", 200, "\"name\":\"two\"", "\"message\":\"msg_");
    post(f, API "/two/remove", "");
    expect(f, "removed", 200, "\"removed\":true", "");
    post(f, API "/two/remove", "");
    expect(f, "again", 404, "no webhook two", "");
    post(f, API "/two/test", "");
    expect(f, "nothing to try", 404, "no webhook two", "");
    ask(f, "GET", API "/two", NULL, 0);
    expect(f, "nothing to show", 404, "no webhook two", "");
}

static bool has(const uint8_t *p, size_t n, const struct webhook_key *key)
{
    return memmem(p, n, key->bytes, key->n) != NULL;
}

// Who has the database alone can sign nothing, and a secret that is put to another's name is none.
static void the_secret_is_sealed(void **state)
{
    struct fixture *f = *state;
    struct webhook webhook = {.name = "a"};
    struct webhook_key key;
    uint8_t *bytes;
    size_t n;

    assert_int_equal(webhook_sign_read(GIVEN, &key, NULL), 0);
    assert_int_equal(webhook_drive_seal(f->api.webhooks, &key, &webhook, NULL), 0);
    assert_true(webhook.sealed_size <= sizeof webhook.sealed);
    assert_false(has(webhook.sealed, webhook.sealed_size, &key));
    assert_int_equal(
        key_vault_unseal(f->vault, "b", webhook.sealed, webhook.sealed_size, &bytes, &n, NULL),
        ERR_INVALID);
    assert_int_equal(
        key_vault_unseal(f->vault, "a", webhook.sealed, webhook.sealed_size, &bytes, &n, NULL), 0);
    assert_true(has(bytes, n, &key));
    free(bytes);
    key.n = WEBHOOK_KEY_MAX; // the longest fits
    assert_int_equal(webhook_drive_seal(f->api.webhooks, &key, &webhook, NULL), 0);
    assert_true(webhook.sealed_size <= sizeof webhook.sealed);
}

// What is sent has the members of the API's own event.
static void bodies_are_as_the_api_s(void **state)
{
    struct event event = {.mac = "84f3eb000001",
        .at_ms = 5,
        .kind = "error",
        .result = "failed",
        .detail = "\xff\"x"};
    struct audit_row row = {
        .number = 9, .at_ms = 7, .verb = "pause", .object = "spring", .after = "{\"phase\":1}"};
    json_t *expected = api_json_event(&event);
    char *text = api_webhook_body_event(&event, 12);
    json_t *got = json_loads(text, 0, NULL);

    (void)state;
    json_object_set_new(expected, "id", json_integer(12));
    json_object_set_new(expected, "mac", json_string("84f3eb000001"));
    assert_true(json_equal(expected, got));
    json_decref(got);
    json_decref(expected);
    free(text);
    text = api_webhook_body_rollout(&row);
    assert_string_equal(text, "{\"at_ms\":7,\"event\":\"rollout-pause\",\"rollout\":\"spring\","
                              "\"who\":null,\"change\":9,\"after\":{\"phase\":1}}");
    free(text);
    row.after[0] = '\0';
    text = api_webhook_body_rollout(&row);
    assert_non_null(strstr(text, "\"after\":null}"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_added_with_a_secret_that_is_shown_once),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(there_are_no_more_than_so_many),
        cmocka_unit_test(one_is_tried_and_removed),
        cmocka_unit_test(the_secret_is_sealed),
        cmocka_unit_test(bodies_are_as_the_api_s),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
