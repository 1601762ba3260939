// Tests of what is taken from clients and given to them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/gate_access.h"
#include "test/unit/server/broker/gate_fixture.h"

static bool write_n(const char *name, const char *topic, size_t n)
{
    return gate_access_write(fixture.gate, name, &(struct gate_message){.topic = topic, .n = n});
}

static bool take_n(const char *name, const char *topic, size_t n)
{
    return gate_access_take(fixture.gate, name, &(struct gate_message){.topic = topic, .n = n});
}

// Says something: what the broker asks about a message of a connected client.
static bool say(const char *name, const char *topic)
{
    return write_n(name, topic, 10) && take_n(name, topic, 10);
}

static bool hear(const char *name, const char *topic, unsigned qos, bool is_connected)
{
    return gate_access_read(fixture.gate, name,
        &(struct gate_message){.topic = topic, .n = 10, .qos = qos}, is_connected);
}

static bool subscribe(const char *name, const char *filter)
{
    return gate_access_subscribe(fixture.gate, name, filter, 0);
}

static int connected_set_up(void **state)
{
    fixture_set_up(state);
    return fixture_connect(&fixture.one, ONE) < 0 || fixture_connect(&fixture.two, TWO) < 0 ||
           fixture_connect(&fixture.daemon, "secureespd") < 0 ||
           fixture_connect(&fixture.desk, "desk") < 0;
}

// By the access table, for who is connected and by name alone.
static void check_table(bool is_connected)
{
    static const struct {
        const char *name;
        const char *topic;
        bool says;
        bool hears;
        bool subscribes;
    } rows[] = {
        {ONE, "/status/" ONE, true, false, false},
        {ONE, "/status/" TWO, false, false, false},
        {ONE, "/command/" ONE "/flash", false, true, true},
        {ONE, "/command/" TWO "/flash", false, false, false},
        {"84F3EB000001", "/command/" ONE "/flash", false, true, false}, // as nobody is let in
        {ONE, "$SYS/broker/version", false, false, false},
        {"secureespd", "/status/" ONE, false, true, true},
        {"secureespd", "/command/" ONE "/flash", true, false, false},
        {"secureespd", "/broker/revocations", false, true, true},
        {"nobody", "/status/" ONE, false, false, false},
        {NULL, "/status/" ONE, false, false, false},
        {"", "/status/" ONE, false, false, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        // a will comes when its sender has gone
        if (write_n(rows[i].name, rows[i].topic, 10) != rows[i].says ||
            (rows[i].says && take_n(rows[i].name, rows[i].topic, 10) != is_connected) ||
            hear(rows[i].name, rows[i].topic, 1, is_connected) != rows[i].hears ||
            subscribe(rows[i].name, rows[i].topic) != (rows[i].subscribes && is_connected))
            fail_msg("row %zu", i);
    }
}

static void test_table(void **state)
{
    (void)state;
    check_table(true);
    assert_true(hear("desk", "/status/" ONE, 0, true));
    assert_false(hear("desk", "/command/" ONE "/flash", 0, true));
    assert_true(say("desk", "open/x"));
}

// Sessions that the broker kept over its restart: who they are tells their name, for a device and
// the daemon.
static void test_names(void **state)
{
    (void)state;
    check_table(false);
    assert_false(hear("desk", "/status/" ONE, 1, false));
}

// Whom the broker let in without asking may do nothing, whatever his name; the log says why.
static void test_unasked(void **state)
{
    (void)state;
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    gate_disconnect(fixture.gate, ONE);
    for (int round = 0; round < 2; round++) {
        assert_false(take_n(ONE, "/status/" ONE, 10));
        assert_false(subscribe(ONE, "/command/" ONE "/#"));
        assert_false(subscribe("secureespd", "/status/+"));
        assert_false(take_n("secureespd", "/command/" ONE "/flash", 10));
        assert_string_equal(fixture_tick(10),
            round == 0 ? "note " ONE " was let in without this plugin, and may do nothing; set "
                         "use_identity_as_username and use_subject_as_username false, and restart "
                         "the broker\n"
                       : "");
    }
    clock_offset_ms += 10000;
    assert_false(subscribe("secureespd", "/status/+"));
    assert_non_null(strstr(fixture_tick(0), "note secureespd was let in without"));
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    assert_true(subscribe(ONE, "/command/" ONE "/#"));
    assert_true(say(ONE, "/status/" ONE));
}

// No session or will of a revoked device says or hears anything.
static void test_revoked(void **state)
{
    (void)state;
    assert_true(say(ONE, "/status/" ONE));
    fixture_list(2, "device " ONE " all\n");
    clock_offset_ms += 200; // no tick comes between
    assert_false(write_n(ONE, "/status/" ONE, 1));
    assert_false(hear(ONE, "/command/" ONE "/flash", 1, true));
    assert_false(hear(ONE, "/command/" ONE "/flash", 1, false));
    assert_false(subscribe(ONE, "/command/" ONE "/#"));
    assert_true(say(TWO, "/status/" TWO));
    assert_non_null(strstr(fixture_tick(0), "end " ONE " silently\n"));
    assert_false(write_n(ONE, "/will/" ONE, 1));
}

static void test_revoked_serial(void **state)
{
    char entry[128];

    (void)state;
    snprintf(entry, sizeof entry, "serial %s\n", fixture.one.serial);
    fixture_list(2, entry);
    clock_offset_ms += 200;
    assert_false(write_n(ONE, "/status/" ONE, 1));
    assert_false(hear(ONE, "/command/" ONE "/flash", 0, true));
    assert_non_null(strstr(fixture_tick(0), "end " ONE " silently\n"));
    // another certificate of it may come, for which commands wait
    assert_true(hear(ONE, "/command/" ONE "/flash", 1, false));
}

// The daemon takes away what devices have left, and says nothing in their name.
static void test_clears(void **state)
{
    static const struct {
        const char *name, *topic;
        size_t n;
        bool retain, well;
    } rows[] = {
        {"secureespd", "/status/" ONE, 0, true, true},
        {"secureespd", "/event/" ONE, 0, true, true},
        {"secureespd", "/will/" ONE, 0, true, true},
        {"secureespd", "/will/" ONE "/will", 0, true, true},
        {"secureespd", "/status/84:F3:EB:00:00:01", 0, true, true},
        {"secureespd", "/status/" ONE, 1, true, false},
        {"secureespd", "/status/" ONE, 0, false, false},
        {"secureespd", "/status/" ONE "/more", 0, true, false},
        {"secureespd", "/broker/revocations", 0, true, false},
        {"desk", "/status/" ONE, 0, true, false}, // a monitor
        {TWO, "/status/" ONE, 0, true, false},
        {TWO, "/status/" TWO, 0, true, true}, // its own
        {TWO, "/command/" TWO "/flash", 0, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gate_message message = {
            .topic = rows[i].topic, .n = rows[i].n, .retain = rows[i].retain};

        if (gate_access_write(fixture.gate, rows[i].name, &message) != rows[i].well)
            fail_msg("row %zu", i);
    }
}

static void test_rate(void **state)
{
    int taken = 0;
    const char *said;

    (void)state;
    fixture_tick(1000);
    for (int i = 0; i < 400; i++)
        taken += say(ONE, "/status/" ONE);
    assert_in_range(taken, 300, 302); // messages_burst
    assert_true(say(TWO, "/status/" TWO));
    said = fixture_tick(10);
    assert_non_null(strstr(said, "/broker/limit/" ONE " {\"messages\": "));
    assert_non_null(strstr(said, "\"reason\": \"messages-per-second\", \"disconnected_s\": 0}"));
    assert_null(strstr(said, "end"));
    // once a second is always well
    for (int i = 0; i < 100; i++) {
        fixture_tick(1000);
        assert_true(say(ONE, "/status/" ONE));
    }
}

static void test_keeps_on(void **state)
{
    (void)state;
    for (int i = 0; i < 600; i++)
        say(ONE, "/status/" ONE);
    assert_false(write_n(ONE, "/status/" ONE, 1)); // until the tick
    assert_non_null(strstr(fixture_tick(10), "end " ONE "\n"));
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
    assert_true(write_n(ONE, "/will/" ONE, 1)); // its will
    clock_offset_ms += 59000;
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
    clock_offset_ms += 2000;
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    assert_true(say(ONE, "/status/" ONE));
}

// What it may not do costs it as much.
static void test_denied(void **state)
{
    int i = 0;

    (void)state;
    fixture_tick(10);
    while (i < 1000 && strstr(fixture_tick(0), "end " ONE "\n") == NULL) {
        if (i % 2 == 0)
            assert_false(say(ONE, "/status/" TWO));
        else
            assert_false(subscribe(ONE, "#"));
        i++;
    }
    assert_in_range(i, 400, 520);
}

static void test_sizes(void **state)
{
    char topic[400] = "/command/" ONE "/";
    struct gate_message properties = {.topic = "/event/" ONE, .n = 1, .has_properties = true};
    int taken = 0;

    (void)state;
    assert_true(write_n(ONE, "/event/" ONE, 8192));
    assert_false(write_n(ONE, "/event/" ONE, 8193)); // a will, too
    assert_false(take_n(ONE, "/event/" ONE, 8193));
    assert_true(write_n("secureespd", "/command/" ONE "/x", 100000));
    memset(topic + strlen(topic), 'x', 128 - strlen(topic));
    assert_true(subscribe(ONE, topic));
    topic[128] = 'x';
    assert_false(subscribe(ONE, topic));
    assert_false(write_n(ONE, topic, 1));
    assert_true(subscribe(ONE, "/command/" ONE "/4/5/6/7/8"));
    assert_false(subscribe(ONE, "/command/" ONE "/4/5/6/7/8/9"));
    // what we are not shown counts as much as it can be
    for (int i = 0; i < 100; i++)
        taken += gate_access_take(fixture.gate, ONE, &properties);
    assert_in_range(taken, 30, 33);
}

static void test_subscriptions(void **state)
{
    (void)state;
    assert_true(gate_access_subscribe(fixture.gate, ONE, "/command/" ONE "/a", 15));
    assert_false(gate_access_subscribe(fixture.gate, ONE, "/command/" ONE "/b", 16));
    assert_true(gate_access_subscribe(fixture.gate, "secureespd", "/status/+", 1000));
    assert_non_null(strstr(fixture_tick(0), "\"subscriptions\": 1, \"connections\": 0, \"reason\": "
                                            "\"subscriptions\""));
}

// What is kept under a device's topics is kept under one spelling.
static void test_retained(void **state)
{
    struct gate_message message = {.topic = "/status/" ONE, .n = 1, .retain = true};

    (void)state;
    assert_true(gate_access_write(fixture.gate, ONE, &message));
    message.topic = "/status/84F3EB000001";
    assert_false(gate_access_write(fixture.gate, ONE, &message));
    message.retain = false;
    assert_true(gate_access_write(fixture.gate, ONE, &message));
}

// What is kept where the plugin alone speaks, which keeps nothing, is somebody else's.
static void test_retained_report(void **state)
{
    struct gate_message message = {.topic = "/broker/revocations", .n = 1, .qos = 1};

    (void)state;
    assert_true(gate_access_read(fixture.gate, "secureespd", &message, true));
    message.retain = true;
    assert_false(gate_access_read(fixture.gate, "secureespd", &message, true));
    message.topic = "/status/" ONE;
    assert_true(gate_access_read(fixture.gate, "secureespd", &message, true));
}

// While the daemon is away one device's messages do not push out another's.
static void test_waiting(void **state)
{
    int taken = 0;

    (void)state;
    fixture_tick(10);
    gate_disconnect(fixture.gate, "secureespd");
    for (int i = 0; i < 1000; i++)
        taken += hear("secureespd", "/event/" ONE, 1, false);
    assert_int_equal(taken, 500); // waiting_messages
    assert_true(hear("secureespd", "/event/" TWO, 1, false));
    assert_true(hear("secureespd", "/event/" ONE, 0, false)); // does not wait
    assert_true(hear("secureespd", "/event/" ONE, 1, true));
    // nobody is shut out for that; it is told when the daemon is there
    assert_string_equal(fixture_tick(10), "");
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    assert_non_null(strstr(fixture_tick(10), "/broker/limit/" ONE " {\"messages\": 500, \"bytes\": "
                                             "5000, \"subscriptions\": 0, \"connections\": 0, "
                                             "\"reason\": \"waiting-messages\""));
    assert_true(hear("secureespd", "/event/" ONE, 1, false));
}

static void test_waiting_commands(void **state)
{
    int taken = 0;

    (void)state;
    gate_disconnect(fixture.gate, ONE);
    for (int i = 0; i < 1000; i++)
        taken += hear(ONE, "/command/" ONE "/flash", 1, false);
    assert_int_equal(taken, 200);
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    gate_disconnect(fixture.gate, ONE);
    assert_true(hear(ONE, "/command/" ONE "/flash", 1, false));
}

static void test_unbounded(void **state)
{
    (void)state;
    assert_int_equal(access_table_add(fixture.table, "monitor unbounded", NULL), 0);
    for (int i = 0; i < 2000; i++)
        assert_true(say("desk", "open/x"));
    for (int i = 0; i < 2000; i++)
        assert_true(say("secureespd", "/command/" ONE "/x"));
    assert_true(write_n("desk", "open/x", 100000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_names, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_unasked, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_revoked, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_revoked_serial, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_clears, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_rate, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_keeps_on, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_denied, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_sizes, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_subscriptions, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_retained, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_retained_report, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_waiting, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_waiting_commands, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_unbounded, connected_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
