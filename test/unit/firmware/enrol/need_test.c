// Tests of what a start is for.
#include "firmware/enrol/need.h"

#include "firmware/enrol/renewal.h"
#include "firmware/core/slots.h"
#include "firmware/enrol/claim.h"
#include "test/unit/firmware/device_fixture.h"

#define CERT FAKE_MAC ".crt"
#define KEY FAKE_MAC ".key"

static int set_up(void **state)
{
    struct fake_port *port = calloc(1, sizeof *port);

    fake_init(port);
    port->factory_size = 1000;
    *state = port;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void put(struct fake_port *port, const char *name)
{
    assert_int_equal(files_write(&port->port, name, (const uint8_t *)name, strlen(name)), 0);
}

static void mark(struct fake_port *port, enum renewal_state state)
{
    const struct renewal renewal = {state, 1234};

    assert_int_equal(renewal_store(&renewal, &port->port), 0);
}

static enum renewal_state marked(struct fake_port *port)
{
    struct renewal renewal;

    renewal_load(&renewal, &port->port);
    assert_int_equal(renewal.next_at_s, 1234);
    return (enum renewal_state)renewal.state;
}

static void test_enrolment(void **state)
{
    struct fake_port *port = *state;

    assert_int_equal(
        need_find(&port->port, FAKE_MAC), NEED_NONE); // the device says what is missing
    put(port, CLAIM_CERT);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_ENROLMENT);
    put(port, KEY);
    put(port, CERT ".new");
    put(port, "84f3eb012346.crt");
    mark(port, RENEWAL_ASKED);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_ENROLMENT);
    put(port, CERT);
    assert_int_equal(files_remove(&port->port, CERT ".new"), 0);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_RENEWAL);
}

// The start that renews is one, and no more: whatever ends it, the next is the device's.
static void test_renewal(void **state)
{
    struct fake_port *port = *state;

    put(port, CERT);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
    mark(port, RENEWAL_ASKED);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_RENEWAL);
    assert_int_equal(marked(port), RENEWAL_TRIED);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
    assert_int_equal(marked(port), RENEWAL_NONE);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
    mark(port, (enum renewal_state)7);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
    assert_int_equal(marked(port), RENEWAL_NONE);
}

// A mark that cannot be taken away would hold the device up for ever.
static void test_flash_fails(void **state)
{
    struct fake_port *port = *state;

    put(port, CERT);
    mark(port, RENEWAL_ASKED);
    port->power.fails_in = 0;
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_RENEWAL);
}

static void test_staged_files_first(void **state)
{
    static const char *const names[] = {CERT ".new", KEY ".new", "ca.crt.new"};
    struct fake_port *port = *state;

    put(port, CERT);
    put(port, "config.json.new");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        put(port, names[i]);
        mark(port, RENEWAL_ASKED);
        assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
        assert_int_equal(marked(port), RENEWAL_NONE);
        assert_true(fake_has_file(&port->port, names[i]));
        assert_int_equal(files_remove(&port->port, names[i]), 0);
    }
    mark(port, RENEWAL_ASKED);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_RENEWAL);
}

static void stage_trial(struct fake_port *port, enum slots_trial trial)
{
    struct failure failure;
    struct slots slots;

    assert_int_equal(slots_load(&slots, &port->port, &failure), 0);
    slots.staged_trial = trial;
    assert_int_equal(slots_store(&slots, &port->port, &failure), 0);
}

// What a renewal that was cut has left goes: a key without its certificate. A pair stays, and so
// does a key whose certificate has taken its place already.
static void test_left_over(void **state)
{
    struct fake_port *port = *state;

    put(port, CERT);
    put(port, KEY ".new");
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
    assert_true(fake_has_file(&port->port, KEY ".new")); // a command's
    put(port, CERT ".new");
    mark(port, RENEWAL_TRIED);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
    assert_true(fake_has_file(&port->port, KEY ".new"));
    assert_true(fake_has_file(&port->port, CERT ".new"));
    assert_int_equal(files_remove(&port->port, CERT ".new"), 0);
    stage_trial(port, SLOTS_TRIAL_PASSED);
    mark(port, RENEWAL_TRIED);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
    assert_true(fake_has_file(&port->port, KEY ".new"));
    stage_trial(port, SLOTS_TRIAL_NONE);
    mark(port, RENEWAL_TRIED);
    assert_int_equal(need_find(&port->port, FAKE_MAC), NEED_NONE);
    assert_false(fake_has_file(&port->port, KEY ".new"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_enrolment),
        TEST(test_renewal),
        TEST(test_flash_fails),
        TEST(test_staged_files_first),
        TEST(test_left_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
