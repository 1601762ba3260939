// Tests of what the database keeps of a command's answers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/store/command_store.h"
#include "test/unit/server/store/store_fixture.h"

#define MAC_1 "84f3eb000001"

static int add_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static int update_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_update(connection, ctx, err);
}

static struct command get(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    struct command command;

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command;
}

static void assert_equal(const struct command *got, const struct command *command)
{
    assert_string_equal(got->step, command->step);
    assert_int_equal(got->code, command->code);
    assert_int_equal(got->accepted_at_ms, command->accepted_at_ms);
    assert_int_equal(got->due_at_ms, command->due_at_ms);
    assert_int_equal(got->sends, command->sends);
    assert_int_equal(got->last_sent_at_ms, command->last_sent_at_ms);
    assert_int_equal(got->inferred, command->inferred);
}

static void test_keeps_answers(void **state)
{
    struct fixture *f = *state;
    struct command command = {.mac = MAC_1,
        .name = "firmware",
        .state = COMMAND_SENT,
        .step = "verify",
        .code = -0x2700,
        .sent_at_ms = 2,
        .accepted_at_ms = 3,
        .due_at_ms = 4,
        .last_sent_at_ms = 5,
        .sends = 6,
        .inferred = true};

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_job, &command);

    struct command got = get(f, command.id);

    assert_equal(&got, &command);
    assert_string_equal(command_word(&got), "accepted");
    command.code = 0;
    command.step[0] = '\0';
    command.accepted_at_ms = 0;
    command.due_at_ms = 40;
    command.last_sent_at_ms = 50;
    command.sends = 60;
    command.inferred = false;
    fixture_write(f, update_job, &command);
    got = get(f, command.id);
    assert_equal(&got, &command);
    assert_string_equal(command_word(&got), "sent");
}

static void expect_acknowledges(struct fixture *f, int expected)
{
    struct store_connection *connection = fixture_read(f);

    assert_int_equal(command_store_acknowledges(connection, MAC_1, NULL), expected);
    store_read_end(f->store, connection);
}

// The last command tells that tells anything.
static void test_acknowledges(void **state)
{
    static const struct {
        const char *name;
        enum command_state state;
        int64_t sent_at_ms, accepted_at_ms;
        bool inferred;
        const char *result;
        int expected;
    } rows[] = {
        {"config", COMMAND_SENT, 5, 0, false, "", 0},
        {"config", COMMAND_DONE, 5, 6, true, "ok", 0},
        {"config", COMMAND_DONE, 5, 6, false, "ok", 1},
        {"config", COMMAND_SENT, 5, 0, false, "", 1},
        {"config", COMMAND_EXPIRED, 5, 0, false, "timeout", 1},
        {"config", COMMAND_FAILED, 0, 0, false, "held", 1},
        {"config", COMMAND_FAILED, 5, 0, false, "busy", 1},
        {"flash", COMMAND_DONE, 5, 0, false, "ok", 1},
        {"config", COMMAND_DONE, 5, 0, false, "ok", 0}, // an older image runs
        {"config", COMMAND_SENT, 5, 6, false, "", 1},
    };
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    expect_acknowledges(f, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = {.mac = MAC_1,
            .state = rows[i].state,
            .sent_at_ms = rows[i].sent_at_ms,
            .accepted_at_ms = rows[i].accepted_at_ms,
            .inferred = rows[i].inferred};

        snprintf(command.result, sizeof command.result, "%s", rows[i].result);
        snprintf(command.name, sizeof command.name, "%s", rows[i].name);
        fixture_write(f, add_job, &command);
        expect_acknowledges(f, rows[i].expected);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keeps_answers),
        TEST(test_acknowledges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
