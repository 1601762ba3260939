// Whose the rows of the audit log are: a user's, also where a token of his has done it, and the
// machine's tokens' own.
#include "test/unit/server/api/https_fixture.h"

#define API "/api/v1"
#define GROUP "{\"name\":\"%s\",\"filter\":\"tag=%s\"}"

static int make_group(struct fixture *f, const char *with, const char *name)
{
    char headers[HTTPS_HEADER_SIZE + sizeof HTTPS_OWN];
    char body[128];

    snprintf(headers, sizeof headers, "%s%s", with, HTTPS_OWN);
    snprintf(body, sizeof body, GROUP, name, name);
    return https_ask(f, https.none, "POST", API "/groups", headers, body);
}

// Asks for one's rows; there must be one of that group, and none of the other.
static void expect_row_of(struct fixture *f, const char *who, const char *group, const char *other)
{
    char target[128];
    char object[64];
    char absent[64];

    snprintf(target, sizeof target, API "/audit?who=%s", who);
    snprintf(object, sizeof object, "\"object\":\"%s\"", group);
    snprintf(absent, sizeof absent, "\"object\":\"%s\"", other);
    ask(f, "GET", target, NULL, 0);
    expect(f, who, 200, object, "");
    assert_null(strstr(f->answer, absent));
}

static int start(void **state)
{
    int rc = https_fixture_start(state);

    if (rc != 0)
        return rc;
    https_add_user(*state, "root", ROLE_ADMINISTRATOR);
    https_add_user(*state, "anna", ROLE_OPERATOR);
    return 0;
}

static void what_a_users_token_does_is_the_users(void **state)
{
    struct fixture *f = *state;
    char token[HTTPS_HEADER_SIZE];
    char other[HTTPS_HEADER_SIZE];

    https_add_token(f, "ci", "anna", ROLE_OPERATOR, token);
    https_add_token(f, "cilium", "anna", ROLE_OPERATOR, other);
    assert_int_equal(make_group(f, token, "east"), 200);
    assert_int_equal(make_group(f, other, "west"), 200);
    assert_non_null(strstr(f->answer, "\"set_by\":\"user anna\""));
    // Also when they are there no more.
    ask(f, "POST", API "/tokens/ci/remove", NULL, 0);
    ask(f, "POST", API "/tokens/cilium/remove", NULL, 0);
    expect(f, "removed", 200, "removed", "");
    expect_row_of(f, "anna", "east", "nothing");
    expect_row_of(f, "anna", "west", "nothing");
    assert_non_null(
        strstr(f->answer, "\"who\":\"user anna\",\"user\":\"127.0.0.1, token cilium\""));
    expect_row_of(f, "ci", "east", "west");
    expect_row_of(f, "token%20ci", "east", "west");
    expect_row_of(f, "127.0.0.1", "west", "nothing");
    ask(f, "GET", API "/audit/verify", NULL, 0);
    expect(f, "the chain", 200, "\"whole\":true", "");
}

static void the_machines_token_is_nobodys(void **state)
{
    struct fixture *f = *state;
    char token[HTTPS_HEADER_SIZE];

    https_add_token(f, "robot", "", ROLE_OPERATOR, token);
    assert_int_equal(make_group(f, token, "north"), 200);
    expect_row_of(f, "robot", "north", "east");
    assert_non_null(strstr(f->answer, "\"who\":\"token robot\",\"user\":\"127.0.0.1\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_users_token_does_is_the_users),
        cmocka_unit_test(the_machines_token_is_nobodys),
    };

    return cmocka_run_group_tests(tests, start, https_fixture_stop);
}
