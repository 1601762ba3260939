// The first administrator, at a daemon that a thread plays.
#include "test/unit/server/ctl/client_daemon.h"

#include "server/base/file.h"
#include "server/ctl/setup_fleet.h"

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n"
#define REFUSED(status, code, detail)                                                              \
    "HTTP/1.1 " status                                                                             \
    " No\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n{\"detail\": \"" detail     \
    "\", \"error\": {\"code\": \"" code "\"}}"

static struct err err;

// What is found at a daemon that answers so.
static int look(const char *folder, const char *reply, bool is_dry, struct setup_finding *out)
{
    static const struct option_rule rule = {"admin", OPTION_VALUE, "NAME", ""};
    struct option_given given = {&rule, "mary"};
    struct options options = {.given = &given, .given_count = 1};
    struct daemon daemon;
    struct client_target target = {0};
    struct subcommand_call call = {.target = &target, .options = &options};
    struct setup setup = {.ctx = &call, .is_dry = is_dry};

    start(&daemon, folder, reply);
    target.socket = daemon.path;

    int rc = setup_fleet_look_admin(&setup, out, &err);

    stop(&daemon);
    return rc;
}

static void test_look(void **state)
{
    struct setup_finding finding;

    assert_int_equal(look(*state, HEAD "[]", false, &finding), 0);
    assert_int_equal(finding.what, SETUP_CREATED);
    assert_string_equal(finding.text, "administrator mary");
    assert_int_equal(
        look(*state, HEAD "[{\"name\": \"eve\", \"role\": \"viewer\"}]", false, &finding), 0);
    assert_int_equal(finding.what, SETUP_CREATED);
    assert_int_equal(look(*state,
                         HEAD "[{\"name\": \"eve\", \"role\": \"viewer\"},"
                              "{\"name\": \"bob\", \"role\": \"administrator\"}]",
                         false, &finding),
        0);
    assert_int_equal(finding.what, SETUP_KEPT);
    assert_string_equal(
        finding.text, "administrator bob (`secureesp users passwd bob` sets another password)");
    assert_int_equal(
        look(*state, REFUSED("404", "not-found", "no such thing"), false, &finding), 0);
    assert_int_equal(finding.what, SETUP_SKIPPED);
    assert_int_equal(look(*state, REFUSED("500", "io", "no disk"), false, &finding), ERR_IO);
    assert_string_equal(err.message, "no disk");
    assert_int_equal(look(*state, REFUSED("500", "io", "no disk"), true, &finding), 0);
    assert_int_equal(finding.what, SETUP_CREATED);
}

static void test_make(void **state)
{
    static const struct option_rule rules[] = {
        {"admin", OPTION_VALUE, "NAME", ""}, {"password-file", OPTION_VALUE, "FILE", ""}};
    char path[SCRATCH_PATH_SIZE];
    struct option_given given[] = {{&rules[0], "mary"}, {&rules[1], path}};
    struct options options = {.given = given, .given_count = 2};
    struct setup_finding finding = {.what = SETUP_CREATED};
    struct client_target target = {0};
    struct subcommand_call call = {.target = &target, .options = &options};
    struct setup setup = {.ctx = &call};
    struct daemon daemon;

    scratch_path(*state, "password", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"s\"cret\n", 7, 0600, &err), 0);
    start(&daemon, *state, HEAD "{\"name\": \"mary\"}");
    target.socket = daemon.path;
    assert_int_equal(setup_fleet_make_admin(&setup, &finding, &err), 0);
    stop(&daemon);
    assert_non_null(strstr(daemon.request, "POST /api/v1/users HTTP/1.1\r\n"));
    assert_null(strstr(daemon.request, "Idempotency-Key")); // it could not be answered again
    assert_non_null(strstr(daemon.request,
        "{\"name\":\"mary\",\"role\":\"administrator\",\"password\":\"s\\\"cret\"}"));
    assert_null(strstr(finding.text, "cret")); // his own is not shown

    start(&daemon, *state, REFUSED("409", "conflict", "there is one"));
    target.socket = daemon.path;
    assert_int_equal(setup_fleet_make_admin(&setup, &finding, &err), ERR_CONFLICT);
    stop(&daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_look, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_make, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
