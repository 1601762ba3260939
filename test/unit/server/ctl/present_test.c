// One request to a daemon that a thread plays, and what is shown of its answer.
#include "test/unit/server/ctl/client_daemon.h"

#include "server/ctl/present.h"

#define ANSWER "HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n{\"name\":7}\n"
#define REFUSAL                                                                                    \
    "HTTP/1.1 409 Conflict\r\nContent-Length: 55\r\n\r\n"                                          \
    "{\"detail\": \"there is one\", \"error\":{\"code\":\"conflict\"}}"

static int shown; // how often, and how much

static int show(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)err;
    assert_false(call->json);
    shown += (int)json_integer_value(json_object_get(answer, "name"));
    return 3;
}

static void assert_sent(const struct daemon *daemon, const char *what)
{
    if (strstr(daemon->request, what) == NULL)
        fail_msg("no %s in %s", what, daemon->request);
}

static void test_post(void **state)
{
    static struct daemon daemon;
    struct subcommand_call call = {.target = &daemon.target};
    struct err err = {0};

    shown = 0;
    start(&daemon, *state, ANSWER);
    assert_int_equal(
        present_post(&call, "/api/v1/users", json_pack("{ss}", "name", "amy"), show, &err), 3);
    stop(&daemon);
    assert_int_equal(shown, 7);
    assert_sent(&daemon, "POST /api/v1/users HTTP/1.1\r\n");
    assert_sent(&daemon, "Content-Type: application/json\r\n");
    assert_sent(&daemon, "Content-Length: 14\r\n");
    assert_sent(&daemon, "\r\n\r\n{\"name\":\"amy\"}");
}

static void test_post_refused(void **state)
{
    static struct daemon daemon;
    struct subcommand_call call = {.target = &daemon.target};
    struct err err = {0};

    shown = 0;
    start(&daemon, *state, REFUSAL);
    assert_int_equal(present_post(&call, "/api/v1/users", json_object(), show, &err), ERR_CONFLICT);
    stop(&daemon);
    assert_string_equal(err.message, "there is one");
    assert_int_equal(shown, 0);
}

static void test_post_nothing(void **state)
{
    struct subcommand_call call = {.target = NULL}; // nobody is asked
    struct err err = {0};

    (void)state;
    assert_int_equal(present_post(&call, "/api/v1/users", NULL, show, &err), ERR_NO_MEMORY);
}

static void test_get(void **state)
{
    static struct daemon daemon;
    struct subcommand_call call = {.target = &daemon.target};
    struct err err = {0};

    shown = 0;
    start(&daemon, *state, ANSWER);
    assert_int_equal(present_get(&call, "/api/v1/users", show, &err), 3);
    stop(&daemon);
    assert_int_equal(shown, 7);
    assert_sent(&daemon, "GET /api/v1/users HTTP/1.1\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_post, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_post_refused, scratch_make, scratch_remove),
        cmocka_unit_test(test_post_nothing),
        cmocka_unit_test_setup_teardown(test_get, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
