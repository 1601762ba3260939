// Tests of who is let in at the broker.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/gate_access.h"
#include "test/unit/server/broker/gate_fixture.h"

static void test_connect(void **state)
{
    const struct {
        const struct fixture_certificate *certificate;
        const char *client_id;
        const char *refusal; // NULL: let in
    } rows[] = {
        {&fixture.one, ONE, NULL},
        {&fixture.one, "anything", NULL},
        {&fixture.two, "anything", "in use by " ONE},
        {&fixture.two, ONE, "contains another device's MAC"},
        {&fixture.two, "x" ONE, "contains another device's MAC"},
        {&fixture.two, "secureespd", "somebody else's name"},
        {&fixture.daemon, "secureespd", NULL},
        {&fixture.daemon, "other", "must be its name"},
        {&fixture.desk, "desk", NULL},
        {&fixture.desk, "monitor", "must be its name"},
        {&fixture.desk, "desk2", "must be its name"},
        {&fixture.stray, ONE, "not signed by the CA"},
        {&fixture.two, TWO, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int rc = fixture_connect_err(rows[i].certificate, rows[i].client_id, &err);

        if ((rc == 0) != (rows[i].refusal == NULL) ||
            (rc < 0 && strstr(err.message, rows[i].refusal) == NULL))
            fail_msg("row %zu: %s", i, err.message);
    }
}

// Each refusal says whose it is and what to do.
static void expect_refusal(
    const struct fixture_certificate *certificate, const char *client_id, const char *text)
{
    struct err err = {0};

    assert_true(fixture_connect_err(certificate, client_id, &err) < 0);
    if (strncmp(err.message, text, strlen(text)) != 0)
        fail_msg("%s, not %s", err.message, text);
}

static void test_refusals(void **state)
{
    char text[256];
    char longest[160];
    const struct fixture_certificate broken = {(uint8_t *)"x", 1, ""};

    (void)state;
    expect_refusal(&fixture.stray, ONE, ONE ": certificate is not signed by the CA of ");
    expect_refusal(&broken, ONE, "somebody: no certificate");
    expect_refusal(&fixture.desk, "desk2",
        "desk: its client identifier must be its name; set it "
        "to desk");
    expect_refusal(&fixture.two, "x" ONE,
        TWO ": its client identifier contains another device's MAC "
            "(any 12 hex digits count as one); give it another");
    memset(longest, 'x', sizeof longest);
    longest[129] = '\0';
    expect_refusal(&fixture.two, longest,
        TWO ": its client identifier is longer than 128 bytes "
            "(plugin_opt_client_id_bytes)");
    assert_int_equal(fixture_connect(&fixture.one, "kitchen"), 0);
    expect_refusal(&fixture.two, "kitchen",
        TWO ": its client identifier 'kitchen' is in use by " ONE
            ", which is connected: give each sketch one "
            "of its own, with its MAC in it, or shut " ONE
            " out if it is gone for good (secureesp devices "
            "revoke)");
    gate_disconnect(fixture.gate, ONE);
    expect_refusal(&fixture.two, "kitchen",
        TWO ": its client identifier 'kitchen' is in use by " ONE
            ", whose session waits for it: give each");
    fixture_list(2, "device " ONE " all\n");
    fixture_tick(200);
    snprintf(text, sizeof text,
        ONE " is revoked (serial %s); to let it in again, see secureesp "
            "devices readmit",
        fixture.one.serial);
    expect_refusal(&fixture.one, ONE, text);
}

static void test_no_certificate(void **state)
{
    struct gate_connect connect = {NULL, 0, ONE, false, false};
    const struct fixture_certificate broken = {(uint8_t *)"x", 1, ""};
    const char *name = NULL;

    (void)state;
    assert_int_equal(gate_connect(fixture.gate, &connect, &name, NULL), ERR_DENIED);
    assert_int_equal(fixture_connect(&broken, ONE), ERR_INVALID);
    assert_null(name);
}

static void test_name(void **state)
{
    struct gate_connect connect = {fixture.one.der, fixture.one.n, "x", false, false};
    const char *name;

    (void)state;
    assert_int_equal(gate_connect(fixture.gate, &connect, &name, NULL), 0);
    assert_string_equal(name, ONE);
}

// Who stays has the name of its certificate, not one that its packet gave it.
static void test_stay(void **state)
{
    static const struct {
        const char *name;
        int rc;
    } rows[] = {{ONE, 0}, {NULL, ERR_DENIED}, {"", ERR_DENIED}, {TWO, ERR_DENIED},
        {"secureespd", ERR_DENIED}, {"84F3EB000001", ERR_DENIED}, {ONE "0", ERR_DENIED}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int rc = gate_stay(fixture.gate, fixture.one.der, fixture.one.n, rows[i].name, &err);

        if (rc != rows[i].rc)
            fail_msg("row %zu: %d (%s)", i, rc, err.message);
    }
}

static void test_dates(void **state)
{
    (void)state;
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    clock_offset_ms = 10 * DAY_MS - 600000;
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    clock_offset_ms = 10 * DAY_MS + 1000;
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_EXPIRED);
    assert_int_equal(
        gate_stay(fixture.gate, fixture.one.der, fixture.one.n, ONE, NULL), ERR_EXPIRED);
    clock_offset_ms = -600000;
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_EXPIRED);
}

static void test_list(void **state)
{
    char entry[128];
    struct fixture_certificate later;

    (void)state;
    fixture_list(2, "device " ONE " all\n");
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
    assert_int_equal(
        gate_stay(fixture.gate, fixture.one.der, fixture.one.n, ONE, NULL), ERR_DENIED);
    assert_int_equal(fixture_connect(&fixture.two, TWO), 0);

    snprintf(entry, sizeof entry, "serial %s\n", fixture.two.serial);
    fixture_list(3, entry);
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.two, TWO), ERR_DENIED);
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);

    // who was readmitted comes with another certificate alone
    clock_offset_ms += 700000;
    snprintf(entry, sizeof entry, "device " ONE " before %lld\n",
        (long long)(__wrap_clock_system_ms() - 350000));
    later = fixture_device(ONE);
    fixture_list(4, entry);
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
    assert_int_equal(fixture_connect(&later, ONE), 0);
    free(later.der);
}

// Who is shut out keeps no identifier from others.
static void test_identifier_of_a_revoked_device(void **state)
{
    (void)state;
    assert_int_equal(fixture_connect(&fixture.one, "kitchen"), 0);
    assert_int_equal(fixture_connect(&fixture.two, "kitchen"), ERR_DENIED);
    fixture_list(2, "device " ONE " all\n");
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.two, "kitchen"), 0);
}

// It is the plugin that is asked, not only its ticks.
static void test_list_without_tick(void **state)
{
    (void)state;
    fixture_list(2, "device " ONE " all\n");
    clock_offset_ms += 200;
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
}

static void test_no_list(void **state)
{
    struct limits limits;

    (void)state;
    limits_init(&limits);
    assert_int_equal(unlink(fixture.list), 0);
    fixture_open(&limits);
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_UNAVAILABLE);
    assert_int_equal(fixture_connect(&fixture.desk, "desk"), ERR_UNAVAILABLE);
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    fixture_put(fixture.list, "secureesp-revocations 1\nnumber 1\nend 1\n"); // cut off
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_UNAVAILABLE);
    fixture_list(1, "");
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    // the last good one stays
    fixture_list(2, "device " ONE " all\n");
    fixture_tick(200);
    fixture_put(fixture.list, "device " ONE "\n");
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
    assert_int_equal(unlink(fixture.list), 0);
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
    assert_int_equal(fixture_connect(&fixture.two, TWO), 0);
}

static void test_ca(void **state)
{
    (void)state;
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    fixture_take_ca("other");
    clock_offset_ms += 200;
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_UNTRUSTED);
    assert_int_equal(fixture_connect(&fixture.stray, ONE), 0);
    fixture_put(fixture.ca, "no CA");
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.stray, ONE), 0);
    fixture_take_ca("own");
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
}

// An identifier is its own as long as the session may be there.
static void test_identifiers(void **state)
{
    struct gate_connect connect = {fixture.one.der, fixture.one.n, "sketch", false, false};
    const char *name;

    (void)state;
    assert_int_equal(gate_connect(fixture.gate, &connect, &name, NULL), 0);
    assert_int_equal(fixture_connect(&fixture.two, "sketch"), ERR_DENIED);
    gate_disconnect(fixture.gate, ONE);
    assert_int_equal(fixture_connect(&fixture.two, "sketch"), 0);
    gate_disconnect(fixture.gate, TWO);
    assert_int_equal(gate_connect(fixture.gate, &connect, &name, NULL), ERR_DENIED);
    // with another the session before is ended, and its name is free
    assert_int_equal(fixture_connect(&fixture.two, TWO), 0);
    assert_string_equal(fixture_tick(10), "session sketch\n");
    assert_string_equal(fixture_tick(10), "");
    assert_int_equal(gate_connect(fixture.gate, &connect, &name, NULL), 0);
}

// Whose name it is gets it.
static void test_own_name(void **state)
{
    (void)state;
    assert_int_equal(fixture_connect(&fixture.one, "desk"), 0);
    assert_int_equal(fixture_connect(&fixture.desk, "desk"), 0);
    assert_string_equal(fixture_tick(10), "end " ONE "\n");
    assert_int_equal(fixture_connect(&fixture.one, "desk"), ERR_DENIED);
}

// There and back between two rounds: what is in use now is not ended.
static void test_identifier_back(void **state)
{
    (void)state;
    assert_int_equal(fixture_connect(&fixture.one, "a"), 0);
    assert_int_equal(fixture_connect(&fixture.one, "b"), 0);
    assert_int_equal(fixture_connect(&fixture.one, "a"), 0);
    assert_string_equal(fixture_tick(10), "session b\n");
    assert_int_equal(fixture_connect(&fixture.one, "b"), 0);
    assert_int_equal(fixture_connect(&fixture.one, "c"), ERR_DENIED); // one at a time
    assert_string_equal(fixture_tick(10), "session a\n");
}

static void test_many_identifiers(void **state)
{
    char client_id[16];
    int taken = 0;

    (void)state;
    for (int i = 0; i < 20; i++) {
        snprintf(client_id, sizeof client_id, "id%d", i);
        taken += fixture_connect(&fixture.one, client_id) == 0;
        fixture_tick(10);
    }
    assert_int_equal(taken, 10); // identifiers_burst
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
}

static void test_long_identifier(void **state)
{
    char client_id[256] = {0};

    (void)state;
    memset(client_id, 'x', 128);
    assert_int_equal(fixture_connect(&fixture.one, client_id), 0);
    memset(client_id, 'x', 129);
    assert_int_equal(fixture_connect(&fixture.one, client_id), ERR_DENIED);
}

static void test_many_connections(void **state)
{
    int taken = 0;
    struct err err = {0};

    (void)state;
    for (int i = 0; i < 100; i++) {
        if (fixture_connect_err(&fixture.one, ONE, &err) == 0)
            taken++;
        gate_disconnect(fixture.gate, ONE);
    }
    assert_in_range(taken, 60, 61); // connections_burst
    assert_non_null(strstr(err.message, "shut out"));
    assert_int_equal(fixture_connect(&fixture.two, TWO), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    clock_offset_ms += 601000;
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
}

// Who would be refused is heard ten times.
static void test_turns_away(void **state)
{
    (void)state;
    fixture_list(2, "device " ONE " all\n");
    fixture_tick(200);
    for (int i = 0; i < 10; i++) {
        assert_false(gate_turns_away(fixture.gate, fixture.one.der, fixture.one.n));
        assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
    }
    assert_true(gate_turns_away(fixture.gate, fixture.one.der, fixture.one.n));
    assert_false(gate_turns_away(fixture.gate, fixture.two.der, fixture.two.n));
    // and at once when it would be let in
    fixture_list(3, "");
    fixture_tick(200);
    assert_false(gate_turns_away(fixture.gate, fixture.one.der, fixture.one.n));
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
}

// Whose certificate is good, and who comes with a bad identifier again and again.
static void test_turns_away_good(void **state)
{
    (void)state;
    for (int i = 0; i < 11; i++) {
        assert_false(gate_turns_away(fixture.gate, fixture.one.der, fixture.one.n));
        assert_int_equal(fixture_connect(&fixture.one, TWO), ERR_DENIED);
    }
    assert_true(gate_turns_away(fixture.gate, fixture.one.der, fixture.one.n));
    clock_offset_ms += 599000;
    assert_true(gate_turns_away(fixture.gate, fixture.one.der, fixture.one.n));
    clock_offset_ms += 2000;
    assert_false(gate_turns_away(fixture.gate, fixture.one.der, fixture.one.n));
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_connect, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_no_certificate, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_name, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_stay, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_dates, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_list, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            test_identifier_of_a_revoked_device, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_list_without_tick, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_no_list, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_ca, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_identifiers, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_own_name, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_identifier_back, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_many_identifiers, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_long_identifier, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_many_connections, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_turns_away, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_turns_away_good, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
