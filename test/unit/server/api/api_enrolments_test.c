// Enrolments by the operator's endpoints.
#include "test/unit/server/api/api_fixture.h"

#define MAC "84f3eb000001"
#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PATH "/api/v1/enrolments"

struct row {
    const char *method, *target, *body;
    int status;
    const char *a, *b;
};

static void ask_rows(struct fixture *f, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ask(f, rows[i].method, rows[i].target, rows[i].body, strlen(rows[i].body));
        expect(f, rows[i].target, rows[i].status, rows[i].a, rows[i].b);
    }
}

static void decisions(void **state)
{
    static const struct row rows[] = {
        {"GET", PATH, "", 200, "[]", ""},
        {"POST", PATH, "{\"macs\": [\"84:F3:EB:00:00:01\"]}", 201, "\"mac\":\"" MAC "\"",
            "\"code\":null"},
        {"GET", PATH, "", 200, "\"mac\":\"" MAC "\",\"state\":\"listed\"", "\"key_sha256\":null"},
        {"GET", PATH "?state=listed", "", 200, MAC, "\"decided_by\":\"uid "},
        {"GET", PATH "?state=pending", "", 200, "[]", ""},
        {"GET", PATH "?state=lost", "", 400, "listed, pending, approved", ""},
        {"POST", PATH, "{\"macs\": [\"" MAC "\"], \"code\":true}", 201, "\"new\":false",
            "\"code\":\""},
        {"GET", PATH, "", 200, "\"needs_code\":true", "\"wrong_codes\":0"},
        {"POST", PATH "/" MAC "/approve", "", 409, "--any-key", "--key"},
        {"POST", PATH "/" MAC "/approve?key=" KEY, "", 200, "\"key_sha256\":\"" KEY "\"", ""},
        {"POST", PATH "/" MAC "/approve?key=0123456789ABCDEF", "", 200,
            "\"key_sha256\":\"" KEY "\"", ""},
        {"POST", PATH "/" MAC "/approve?key=1123456789abcdef", "", 409, KEY, ""},
        {"POST", PATH "/" MAC "/approve?any_key=1", "", 200, "\"state\":\"approved\"",
            "\"needs_code\":false"},
        {"POST", PATH "/" MAC "/reject", "", 200, "\"state\":\"rejected\"", ""},
        {"GET", "/api/v1/status", "", 200, "\"enrolment\"", "\"rejected\":1"},
        {"POST", PATH "/" MAC "/remove", "", 200, "\"removed\":true", ""},
        {"POST", PATH "/" MAC "/remove", "", 404, "enrolments list", ""},
        {"GET", PATH, "", 200, "[]", ""},
    };

    ask_rows(*state, rows, sizeof rows / sizeof rows[0]);
}

static void what_is_refused(void **state)
{
    static const struct row rows[] = {
        {"POST", PATH, "", 400, "error", ""},
        {"POST", PATH, "{}", 400, "1 to 10000 devices", ""},
        {"POST", PATH, "{\"macs\": []}", 400, "1 to 10000 devices", ""},
        {"POST", PATH, "{\"macs\": [\"x\"]}", 400, "x", ""},
        {"POST", PATH, "{\"macs\": [\"" MAC "\"], \"colour\":1}", 400, "colour", ""},
        {"POST", PATH, "{\"macs\": [\"" MAC "\", \"nobody\"]}", 400, "nobody", ""},
        {"POST", PATH "/nobody/approve", "", 400, "nobody", ""},
        {"POST", PATH "/" MAC "/approve?force=1", "", 400, "force", ""},
        {"POST", PATH "/" MAC "/approve", "{}", 400, "no body", ""},
        {"POST", PATH "/" MAC "/approve?key=", "", 400, "16 to 64 hex digits", ""},
        {"POST", PATH "/" MAC "/approve?key=0123456789abcde", "", 400, "16 to 64", ""},
        {"POST", PATH "/" MAC "/approve?key=" KEY "0", "", 400, "16 to 64", ""},
        {"POST", PATH "/" MAC "/approve?key=0123456789abcdeg", "", 400, "16 to 64", ""},
        {"POST", PATH "/" MAC "/approve?key=0123456789abcdef", "", 400, "all 64 digits", ""},
        {"POST", PATH "/" MAC "/approve?any_key=1&key=" KEY, "", 400, "exclude each other", ""},
        {"GET", PATH, "", 200, "[]", ""},
    };

    ask_rows(*state, rows, sizeof rows / sizeof rows[0]);
}

static void the_window(void **state)
{
    static const struct row off[] = {
        {"POST", PATH "/window?for_s=60", "", 409, "enrolment is off", ""},
        {"POST", PATH "/window?for_s=0", "", 200, "\"open_until_ms\":null", ""},
    };
    static const struct row on[] = {
        {"POST", PATH "/window", "", 400, "for_s", ""},
        {"POST", PATH "/window?for_s=", "", 400, "for_s", ""},
        {"POST", PATH "/window?for_s=-1", "", 400, "for_s", ""},
        {"POST", PATH "/window?for_s=1h", "", 400, "for_s", ""},
        {"POST", PATH "/window?for_s=101", "", 400, "which is 100", ""},
        {"GET", "/api/v1/status", "", 200, "\"on\":true", "\"open_until_ms\":null"},
        {"POST", PATH "/window?for_s=100&at_most=0", "", 400, "1 to 100000", ""},
        {"POST", PATH "/window?for_s=100&at_most=100001", "", 400, "at_most", ""},
        {"POST", PATH "/window?for_s=100&at_most=", "", 400, "at_most", ""},
        {"POST", PATH "/window?for_s=100&at_most=3x", "", 400, "at_most", ""},
        {"POST", PATH "/window?for_s=100", "", 200, "\"open_until_ms\":1",
            "\"open_at_most\":100,\"open_let_in\":0"},
        {"POST", PATH "/window?for_s=100&at_most=100000", "", 200, "\"open_until_ms\":1",
            "\"open_at_most\":100000"},
        {"GET", "/api/v1/status", "", 200, "\"policy\":\"approve\"", "\"open_until_ms\":1"},
        {"POST", PATH "/window?for_s=0", "", 200, "\"open_until_ms\":null", ""},
        {"GET", "/api/v1/status", "", 200, "\"enrolment\"", "\"open_until_ms\":null"},
    };
    struct fixture *f = *state;

    f->api.enrolment = (struct api_enrolment){.policy = "approve", .window_max_s = 100};
    ask_rows(f, off, sizeof off / sizeof off[0]);
    f->api.enrolment.is_on = true;
    ask_rows(f, on, sizeof on / sizeof on[0]);
}

// More than go into one piece: all of them come, in order, and each once.
static void a_long_list(void **state)
{
    struct fixture *f = *state;
    char body[64];
    const char *at;
    int count = 0;

    for (unsigned i = 0; i < 600; i++) {
        snprintf(body, sizeof body, "{\"macs\": [\"84f3ec%06x\"]}", i);
        ask(f, "POST", PATH, body, strlen(body));
        expect(f, "POST", 201, "\"new\":true", "");
    }
    ask(f, "GET", PATH, "", 0);
    expect(f, "GET", 200, "\n[\n{\"mac\":\"84f3ec000000\"", "}\n]\n");
    for (at = f->answer; (at = strstr(at, "{\"mac\":\"")) != NULL; at++) {
        assert_int_equal(strtol(at + 14, NULL, 16), count);
        count++;
    }
    assert_int_equal(count, 600);
    ask(f, "GET", PATH "?state=enrolled", "", 0);
    expect(f, "GET", 200, "\n[]\n", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(the_window),
        cmocka_unit_test(a_long_list),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
