// Tests of the file of whose client identifiers are: damage, faults, and how much is written.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/server/broker/gate_sessions_fixture.h"

// Whom the rules do not know any more holds nothing.
static void test_other_rules(void **state)
{
    (void)state;
    fixture_put(fixture.sessions, FIRST "1 guest visitor visitor\n2 device " TWO " secureespd\n"
                                        "3 daemon secureespd secureespd\n4 monitor " TWO " x\n"
                                        "5 device desk desk\n");
    gate_free(fixture.gate);
    fixture.gate = NULL;
    clock_offset_ms = -__real_clock_system_ms(); // 1970: nothing is late
    restart();
    assert_int_equal(count_lines(), 1);
    clock_offset_ms = 0;
    fixture_tick(0);
    assert_int_equal(visit_as(&fixture.one, "visitor", true), 0);
}

// Of two lines of an identifier, or of a name, the later one counts.
static void test_later_line(void **state)
{
    char text[512];
    long long now = (long long)__wrap_clock_system_ms();

    (void)state;
    snprintf(text, sizeof text,
        FIRST "%lld device " ONE " garden\n%lld device " ONE " kitchen\n%lld device " TWO
              " kitchen\n",
        now, now, now);
    gate_free(fixture.gate);
    fixture.gate = NULL;
    fixture_put(fixture.sessions, text);
    restart();
    assert_int_equal(count_lines(), 2);
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), ERR_DENIED);
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), 0);
    assert_int_equal(visit_as(&fixture.desk, "desk", true), 0);
}

// is not set yet makes nothing late.
static void test_clock(void **state)
{
    (void)state;
    fixture_put(fixture.sessions, FIRST "4102444800000 device " ONE " kitchen\n"); // 2100
    gate_free(fixture.gate);
    fixture.gate = NULL;
    clock_offset_ms = 0;
    restart();
    fixture_tick(DAY_MS + 1000); // from then on it is a time like others
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), ERR_DENIED);
    crash();
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), ERR_DENIED);
    clock_offset_ms += 8 * DAY_MS;
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), 0);
}

// What is left of one that was about to be written when the power was cut.
static void test_what_was_left_is_removed(void **state)
{
    char left[sizeof fixture.sessions + 16];

    (void)state;
    snprintf(left, sizeof left, "%s.Ab12cD.tmp", fixture.sessions);
    fixture_put(left, FIRST);
    restart();
    assert_int_equal(scratch_mode(left), -1);
    assert_int_equal(count_lines(), 1);
}

static void test_damage(void **state)
{
    (void)state;
    assert_int_equal(visit_as(&fixture.desk, "desk", true), 0);
    gate_free(fixture.gate);
    fixture.gate = NULL;

    char *text = file_text();
    char damaged[1024];

    snprintf(damaged, sizeof damaged, "%s\x01\x02\n%s17 device " ONE " kitc", text,
        text + strlen(FIRST));
    free(text);
    fixture_put(fixture.sessions, damaged);
    restart();
    assert_non_null(strstr(fixture_tick(0), "note plugin_opt_sessions: "));
    assert_non_null(strstr(fixture.said, "left out line 3, which is damaged, and 1 others\n"));
    assert_int_equal(visit_as(&fixture.two, "desk", true), ERR_DENIED);
    assert_int_equal(count_lines(), 2); // and what comes next is not put behind half a line
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
    crash();
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), ERR_DENIED);
}

// Somebody else's file is left alone.
static void test_other_file(void **state)
{
    char *text;

    (void)state;
    gate_free(fixture.gate);
    fixture.gate = NULL;
    fixture_put(fixture.sessions, "mine\n");
    restart();
    assert_non_null(strstr(fixture_tick(0), "is another program's file"));
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
    restart();
    text = file_text();
    assert_string_equal(text, "mine\n");
    free(text);
}

// A place where none can be is told at the start.
static void test_no_folder(void **state)
{
    static const struct gate_effects none = {0};
    char path[SCRATCH_PATH_SIZE];
    struct gate_config config = {
        fixture.ca, fixture.list, path, "secureespd", fixture.table, limits};
    struct gate *gate;
    struct err err = {0};

    (void)state;
    scratch_path(fixture.folder, "missing/sessions", path);
    assert_int_equal(gate_new(&config, &none, NULL, &gate, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "plugin_opt_sessions: "));
}

// It cannot be written: who comes is let in, the log is told, and it is tried again each minute.
static void test_fault(void **state)
{
    (void)state;
    writing_fails = true;
    syncs = 0;
    for (int i = 0; i < 20; i++) // not bounded more than while all is well
        assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
    assert_int_equal(syncs, 1);
    assert_non_null(strstr(fixture_tick(0), "note plugin_opt_sessions: cannot write "));
    assert_string_equal(fixture_tick(59000), "");
    assert_non_null(strstr(fixture_tick(2000), "note plugin_opt_sessions: cannot write "));
    writing_fails = false;
    assert_string_equal(fixture_tick(50000), "");
    assert_non_null(strstr(fixture_tick(11000), "can be written again\n"));
    crash();
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), ERR_DENIED);

    // nor does the broker not start for that
    writing_fails = true;
    crash();
    assert_non_null(strstr(fixture_tick(0), "note plugin_opt_sessions: cannot write "));
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), ERR_DENIED);
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
}

// The file was taken away.
static void test_gone(void **state)
{
    (void)state;
    assert_int_equal(visit_as(&fixture.one, "kitchen", true), 0);
    assert_int_equal(unlink(fixture.sessions), 0);
    assert_int_equal(visit_as(&fixture.desk, "desk", true), 0);
    crash();
    assert_int_equal(visit_as(&fixture.two, "kitchen", true), ERR_DENIED);
    assert_int_equal(visit_as(&fixture.two, "desk", true), ERR_DENIED);
}

// Whatever somebody does, he makes the broker write seldom.
static void test_bounds(void **state)
{
    struct gate_connect connect = {fixture.two.der, fixture.two.n, NULL, false, false};
    const char *name;
    int taken = 0;

    (void)state;
    limits.connections_burst = 1000;
    restart();
    for (int i = 0; i < 100; i++) // its own name is no new identifier
        assert_int_equal(visit_as(&fixture.desk, "desk", i % 2 == 0), 0);
    for (int i = 0; i < 20; i++)
        taken += visit_as(&fixture.one, "kitchen", i % 2 == 0) == 0;
    assert_int_equal(taken, 20);
    assert_int_equal(count_lines(), 3);

    taken = 0;
    for (int i = 0; i < 100; i++) {
        char client_id[16];

        snprintf(client_id, sizeof client_id, "id%d", i);
        connect.client_id = client_id;
        if (gate_connect(fixture.gate, &connect, &name, NULL) == 0) {
            taken += visit_as(&fixture.two, client_id, true) == 0;
            gate_disconnect(fixture.gate, name);
        }
        fixture_tick(10);
    }
    assert_int_equal(taken, 10); // identifiers_burst
    assert_int_equal(count_lines(), 13);
}

// It does not grow beyond what counts.
static void test_growth(void **state)
{
    (void)state;
    limits.connections_burst = limits.identifiers_burst = 100000;
    restart();
    for (int i = 0; i < 3000; i++) {
        char client_id[16];

        snprintf(client_id, sizeof client_id, "id%d", i);
        assert_int_equal(visit_as(&fixture.one, client_id, true), 0);
        fixture_tick(10);
        if (i % 100 == 0)
            assert_in_range(count_lines(), 1, 1003);
    }
    crash();
    assert_int_equal(visit_as(&fixture.two, "id2999", true), ERR_DENIED);
    assert_int_equal(visit_as(&fixture.two, "id2998", true), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sessions_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_other_rules),
        TEST(test_later_line),
        TEST(test_clock),
        TEST(test_what_was_left_is_removed),
        TEST(test_damage),
        TEST(test_other_file),
        TEST(test_no_folder),
        TEST(test_fault),
        TEST(test_gone),
        TEST(test_bounds),
        TEST(test_growth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
