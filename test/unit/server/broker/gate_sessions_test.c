// Tests of whose client identifiers are, over the broker's restart and after its end.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/server/broker/gate_sessions_fixture.h"

// Somebody's session waits: a monitor's, which has its name, and a sketch's of a fixed identifier.
static void test_owner(void **state)
{
    static void (*const ends[])(void) = {crash, restart, crash};
    const struct {
        const struct fixture_certificate *owner;
        const char *client_id;
    } rows[] = {{&fixture.desk, "desk"}, {&fixture.one, "kitchen"}, {&fixture.one, "a b"},
        // another device could hold that too: 4f3eb0000012
        {&fixture.one, ONE "2"}, {&fixture.one, "86f3eb000001"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool is_free_to_two = rows[i].client_id[0] != '8';

        assert_int_equal(visit_as(rows[i].owner, rows[i].client_id, true), 0);
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
            struct err err = {0};

            ends[k]();
            assert_int_equal(
                fixture_connect_err(&fixture.two, rows[i].client_id, &err), ERR_DENIED);
            if (is_free_to_two && strstr(err.message, "in use by") == NULL)
                fail_msg("row %zu: %s", i, err.message);
            assert_int_equal(visit_as(rows[i].owner, rows[i].client_id, true), 0);
        }
    }
}

// Without the file they are forgotten, as is known.
static void test_no_file(void **state)
{
    (void)state;
    fixture.has_sessions = false;
    restart();
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
    restart();
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), 0);
}

// An identifier that nobody else could bring takes no line, nor does a session that is not saved.
static void test_no_line(void **state)
{
    (void)state;
    assert_int_equal(visit_as(&fixture.one, ONE, true), 0);
    assert_int_equal(visit_as(&fixture.two, "measure-" TWO, true), 0);
    assert_int_equal(visit_as(&fixture.daemon, "secureespd", true), 0);
    assert_int_equal(visit_as(&fixture.desk, "desk", false), 0);
    assert_int_equal(count_lines(), 1);
}

// It is free once its owner has another, or keeps no session.
static void test_given_up(void **state)
{
    (void)state;
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
    assert_int_equal(visit_as(&fixture.one, "garden", true), 0);
    crash();
    assert_int_equal(visit_as(&fixture.two, "garden", true), ERR_DENIED);
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), 0);
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), ERR_DENIED);

    assert_int_equal(visit_as(&fixture.one, "garden", false), 0);
    restart();
    assert_int_equal(visit_as(&fixture.two, "garden", true), 0);
    crash();
    assert_int_equal(visit_as(&fixture.one, "garden", true), ERR_DENIED);
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
}

// Whose name it is gets it, also from somebody who had taken it before the restart.
static void test_own_name(void **state)
{
    (void)state;
    assert_int_equal(visit_as(&fixture.one, "desk", true), 0);
    crash();
    assert_int_equal(visit_as(&fixture.two, "desk", true), ERR_DENIED);
    assert_int_equal(visit_as(&fixture.desk, "desk", true), 0);
    crash();
    assert_int_equal(visit_as(&fixture.one, "desk", true), ERR_DENIED);
}

static void test_revoked(void **state)
{
    (void)state;
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
    crash();
    fixture_list(2, "device " ONE " all\n");
    fixture_tick(200);
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), 0);
}

// For session_days after it was here last, whether it went or the broker.
static void expire(void (*end)(void))
{
    assert_int_equal(fixture_connect(&fixture.one, "kitchen"), 0);
    clock_offset_ms += 600000;
    gate_disconnect(fixture.gate, ONE);
    // killed, it knows only when it came
    clock_offset_ms = 8 * DAY_MS + (end == crash ? -60000 : 540000);
    if (end != NULL)
        end();
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), ERR_DENIED);
    clock_offset_ms = 8 * DAY_MS + 660000;
    if (end != NULL) {
        end();
        assert_int_equal(count_lines(), 1);
    }
    assert_int_equal(visit_as(&fixture.two, "kitchen", false), 0);
    assert_int_equal(visit_as(&fixture.one, "kitchen", false), 0);
}

static void test_expiry(void **state)
{
    (void)state;
    expire(NULL);
}

static void test_expiry_killed(void **state)
{
    (void)state;
    expire(crash);
}

static void test_expiry_restarted(void **state)
{
    (void)state;
    expire(restart);
}

// Who is connected is here: the file follows each day.
static void test_connected(void **state)
{
    (void)state;
    limits.session_days = 2;
    restart();
    assert_int_equal(fixture_connect(&fixture.one, "kitchen"), 0);
    for (int day = 0; day < 5; day++)
        fixture_tick(DAY_MS + 1000);
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), ERR_DENIED);
    crash();
    clock_offset_ms += DAY_MS + DAY_MS / 2;
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), ERR_DENIED);
    clock_offset_ms += DAY_MS;
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), 0);
}

// A clock that was wrong for a while blocks an identifier no longer than any other time; one that
// Those who have not been here yet are not ended, nor are sessions that the broker has read.
static void test_no_end(void **state)
{
    (void)state;
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
    crash();
    assert_string_equal(fixture_tick(2000), "");
    assert_int_equal(visit_as(&fixture.one, ONE, true), 0);
    assert_string_equal(fixture_tick(10), "");
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
    assert_string_equal(fixture_tick(10), "session " ONE "\n");
}

// What is said meanwhile waits for it.
static void test_reads(void **state)
{
    struct gate_message message = {"/event/" ONE, 10, 1, false, false};

    (void)state;
    assert_int_equal(visit_as(&fixture.desk, "desk", true), 0);
    crash();
    assert_true(gate_access_read(fixture.gate, "desk", &message, false));
    message.topic = "/command/" ONE "/flash";
    assert_false(gate_access_read(fixture.gate, "desk", &message, false));
    message.topic = "/event/" ONE;
    assert_false(gate_access_read(fixture.gate, "other", &message, false));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sessions_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_owner),
        TEST(test_no_file),
        TEST(test_no_line),
        TEST(test_given_up),
        TEST(test_own_name),
        TEST(test_revoked),
        TEST(test_expiry),
        TEST(test_expiry_killed),
        TEST(test_expiry_restarted),
        TEST(test_connected),
        TEST(test_no_end),
        TEST(test_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
