// Is a command waited for, sent again, or given up?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/command/command_patience.h"

enum { SENT = 100000, ACCEPT = 30000, END = 300000 };

static const struct command_patience patience = {
    .accept_ms = ACCEPT,
    .end_ms = {END, END + 1, END + 2, END + 3, END + 4},
    .resends = 2,
};

static struct command make(const char *name)
{
    struct command command = {.state = COMMAND_SENT,
        .sent_at_ms = SENT,
        .last_sent_at_ms = SENT,
        .due_at_ms = SENT + ACCEPT,
        .sends = 1};

    snprintf(command.name, sizeof command.name, "%s", name);
    return command;
}

static void test_kinds(void **state)
{
    static const struct {
        const char *name;
        int64_t end_ms;
    } rows[] = {{"firmware", END}, {"flash", END + 1}, {"reboot", END + 2}, {"ca", END + 3},
        {"cert", END + 3}, {"key", END + 3}, {"config", END + 3}, {"wifi", END + 4}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = make(rows[i].name);
        struct command_patience_facts facts = {.now_ms = SENT + rows[i].end_ms - 1};
        struct command_patience_decision decision =
            command_patience_judge(&patience, &command, &facts);

        assert_int_equal(decision.action, COMMAND_PATIENCE_WAIT);
        assert_int_equal(decision.due_at_ms, SENT + rows[i].end_ms);
        facts.now_ms++;
        decision = command_patience_judge(&patience, &command, &facts);
        assert_int_equal(decision.action, COMMAND_PATIENCE_END);
        assert_string_equal(decision.why, "sent, but the device reported no outcome in time");
        assert_int_equal(command_patience_due(&patience, &command, SENT), SENT + ACCEPT);
        assert_int_equal(command_patience_due(&patience, &command, SENT + rows[i].end_ms - 1),
            SENT + rows[i].end_ms);
    }
}

static void test_accepted(void **state)
{
    struct command command = make("config");
    struct command_patience_facts facts = {.now_ms = SENT + END + 2,
        .online = true,
        .speaks_events = true,
        .acknowledges = true,
        .last_seen_ms = SENT + END,
        .boot_ms = 1};

    (void)state;
    command.accepted_at_ms = SENT + 1;
    assert_int_equal(
        command_patience_judge(&patience, &command, &facts).action, COMMAND_PATIENCE_WAIT);
    facts.now_ms++;
    assert_string_equal(command_patience_judge(&patience, &command, &facts).why,
        "accepted, but the device reported no outcome in time");
    command.inferred = true;
    assert_string_equal(command_patience_judge(&patience, &command, &facts).why,
        "sent, and the device has begun a download, but not ended it in time");
}

// Ones that work: a device of ours, resp. a sketch, that has reported since it should have taken
// the command.
static const struct command_patience_facts ours = {.now_ms = SENT + ACCEPT + 1,
    .online = true,
    .speaks_events = true,
    .acknowledges = true,
    .last_seen_ms = SENT + ACCEPT,
    .boot_ms = SENT - 1};
static const struct command_patience_facts sketch = {.now_ms = SENT + ACCEPT + 1,
    .online = true,
    .last_seen_ms = SENT + ACCEPT,
    .boot_ms = SENT - 1,
    .connected_ms = SENT - 1};

static const char *const names[] = {
    "firmware", "flash", "reboot", "ca", "cert", "key", "config", "wifi"};

// One fact is another.
static void test_again(void **state)
{
    // In the order of the names, '+': it is sent again.
    static const struct {
        bool is_ours;
        int64_t sends, seen_ms, boot_ms, connected_ms;
        bool online, acknowledges;
        const char *again;
    } rows[] = {
        {true, 1, 0, 0, 0, true, true, "++++++++"},
        {true, 2, 0, 0, 0, true, true, "++++++++"},
        {true, 3, 0, 0, 0, true, true, "--------"},
        {true, 1, -1, 0, 0, true, true, "--------"},
        {true, 1, -1, 0, SENT + 1, true, true, "++++++++"}, // it has come to the broker since
        {true, 1, -1, 0, SENT, true, true, "--------"},
        {true, 1, -1, 1, SENT + 1, true, true, "+--++++-"},
        {true, 3, -1, 0, SENT + 1, true, true, "--------"},
        {false, 1, -1, 0, 2, true, false, "--------"},
        {true, 1, 0, 1, 0, true, true, "+--++++-"}, // restarted since: it may have been that
        {true, 1, 0, -SENT + 1, 0, true, true, "+--++++-"},
        {true, 1, 0, 0, 0, false, true, "--------"},
        {true, 1, 0, 0, 0, true, false, "--------"},
        {false, 1, 0, 0, 0, true, false, "+--++-+-"},
        {false, 3, 0, 0, 0, true, false, "--------"},
        {false, 1, -1, 0, 0, true, false, "--------"},
        {false, 1, 0, 0, 1, true, false, "--------"}, // it has left the broker since
        {false, 1, 0, 0, -SENT + 1, true, false, "--------"},
        {false, 1, 0, 0, 0, false, false, "--------"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command_patience_facts facts = rows[i].is_ours ? ours : sketch;

        facts.last_seen_ms += rows[i].seen_ms;
        facts.boot_ms += rows[i].boot_ms;
        facts.connected_ms += rows[i].connected_ms;
        facts.online = rows[i].online;
        facts.acknowledges = rows[i].acknowledges;
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
            struct command command = make(names[n]);

            command.sends = rows[i].sends;

            bool again = command_patience_judge(&patience, &command, &facts).action ==
                         COMMAND_PATIENCE_AGAIN;

            if (again != (rows[i].again[n] == '+'))
                fail_msg("row %zu: %s", i, names[n]);
        }
    }
}

// After it was sent again it has as long to take it.
static void test_after_the_second(void **state)
{
    struct command command = make("config");
    struct command_patience_facts facts = {.now_ms = SENT + 2 * ACCEPT + 10,
        .online = true,
        .speaks_events = true,
        .acknowledges = true,
        .last_seen_ms = SENT + 2 * ACCEPT + 4};

    (void)state;
    command.sends = 2;
    command.last_sent_at_ms = SENT + ACCEPT + 5;

    struct command_patience_decision decision = command_patience_judge(&patience, &command, &facts);

    assert_int_equal(decision.action, COMMAND_PATIENCE_WAIT);
    assert_int_equal(decision.due_at_ms, facts.now_ms + ACCEPT);
    facts.last_seen_ms++;
    assert_int_equal(
        command_patience_judge(&patience, &command, &facts).action, COMMAND_PATIENCE_AGAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_after_the_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
