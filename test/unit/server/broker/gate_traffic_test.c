// Tests of what TLS connections send that no message is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/gate_access.h"
#include "server/broker/gate_traffic.h"
#include "test/unit/server/broker/gate_fixture.h"

// Of the defaults: 512 bytes a second, 4096 beside a message of 8192 and its topic of 128 at once.
#define AT_ONCE 12416
#define CONNECT_BYTES 512
#define HEAD_BYTES 16

static struct control_meter *begin(const struct fixture_certificate *certificate)
{
    return gate_traffic_begin(fixture.gate, certificate->der, certificate->n);
}

// The meter of a certificate by which that client is connected now, its CONNECT read.
static struct control_meter *connect_by(
    const struct fixture_certificate *certificate, const char *name)
{
    struct control_meter *meter = begin(certificate);

    assert_non_null(meter);
    assert_true(gate_traffic_take(fixture.gate, meter, 100));
    assert_int_equal(fixture_connect(certificate, name), 0);
    return meter;
}

static bool take(struct control_meter *meter, size_t n)
{
    return gate_traffic_take(fixture.gate, meter, n);
}

// Sends so many bytes and one more: whether all are borne.
static bool bears(struct control_meter *meter, size_t n)
{
    return take(meter, n) && take(meter, 1);
}

static void test_flood(void **state)
{
    struct control_meter *meter = connect_by(&fixture.one, ONE);
    struct control_meter *other = connect_by(&fixture.two, TWO);

    (void)state;
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    fixture_tick(2000);
    assert_false(bears(meter, AT_ONCE + 1));
    assert_false(take(meter, 1));
    assert_non_null(strstr(fixture_tick(0), "end " ONE "\n"));
    assert_non_null(strstr(fixture.said,
        "/broker/limit/" ONE " {\"messages\": 0, \"bytes\": 0, \"subscriptions\": 0, "
        "\"connections\": 0, \"reason\": \"control-bytes\", \"disconnected_s\": 60}\n"));
    assert_null(strstr(fixture.said, TWO));
    assert_null(begin(&fixture.one));
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
    assert_true(bears(other, AT_ONCE));
    assert_ptr_equal(begin(&fixture.two), other);

    clock_offset_ms += 60000;
    meter = connect_by(&fixture.one, ONE);
    assert_true(bears(meter, AT_ONCE));
}

// Who is shut out for something else sends nothing more either.
static void test_shut_out(void **state)
{
    struct control_meter *meter = connect_by(&fixture.one, ONE);
    struct gate_message message = {.topic = "/event/" ONE, .n = 10};
    int taken = 0;

    (void)state;
    while (taken < 1000 && take(meter, strlen(message.topic) + message.n + HEAD_BYTES)) {
        gate_access_write(fixture.gate, ONE, &message);
        gate_access_take(fixture.gate, ONE, &message);
        taken++;
    }
    // the burst, what may be dropped, the one too many, and some that came back meanwhile
    assert_in_range(taken, 501, 600);
    assert_non_null(strstr(fixture_tick(0), "end " ONE "\n"));
    assert_ptr_equal(begin(&fixture.one), meter); // it is told so
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
}

// What a device may send is no flood, however much of it comes at once.
static void test_counted(void **state)
{
    struct control_meter *meter = connect_by(&fixture.one, ONE);
    struct gate_message message = {.topic = "/event/" ONE, .n = 8192};

    (void)state;
    for (int i = 0; i < 60; i++) {
        assert_true(take(meter, message.n + strlen(message.topic) + HEAD_BYTES));
        assert_true(gate_access_write(fixture.gate, ONE, &message));
    }
    for (int i = 0; i < 5; i++) {
        assert_true(take(meter, 10 * (strlen("/command/" ONE "/#") + HEAD_BYTES)));
        for (int filters = 0; filters < 10; filters++)
            gate_access_subscribe(fixture.gate, ONE, // what it may not hear, too
                filters % 2 ? "/command/" ONE "/#" : "/command/" TWO "/#", 1);
    }
    assert_true(bears(meter, AT_ONCE));
    assert_false(take(meter, 1));
}

// A will counts when it is sent, so that who loses its connection again and again may have one.
static void test_wills(void **state)
{
    struct gate_message will = {.topic = "/will/" ONE, .n = 4000};
    struct control_meter *meter = begin(&fixture.one);

    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_true(take(meter, will.n + strlen(will.topic) + CONNECT_BYTES));
        assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
        gate_disconnect(fixture.gate, ONE);
        assert_true(gate_access_write(fixture.gate, ONE, &will));
    }
    assert_true(take(meter, 1));
}

// Who says nothing after the handshake, or never all of it, is bounded too, by its certificate.
static void test_before_connect(void **state)
{
    struct control_meter *meter = begin(&fixture.stray);

    (void)state;
    assert_false(bears(meter, AT_ONCE + 1));
    assert_null(begin(&fixture.stray));
    assert_string_equal(fixture_tick(0), "");
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0); // of the same name
    clock_offset_ms += 60000;
    assert_ptr_equal(begin(&fixture.stray), meter);
}

// Who is refused again and again is not heard.
static void test_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_non_null(begin(&fixture.stray));
        assert_int_not_equal(fixture_connect(&fixture.stray, ONE), 0);
    }
    assert_null(begin(&fixture.stray));
    assert_non_null(begin(&fixture.one));
}

// Who is unbounded may send what it likes, while it is connected.
static void test_unbounded(void **state)
{
    struct control_meter *meter;

    (void)state;
    assert_int_equal(access_table_add(fixture.table, "monitor unbounded", NULL), 0);
    meter = connect_by(&fixture.desk, "desk");
    for (int i = 0; i < 1000; i++)
        assert_true(take(meter, 16384));
    gate_disconnect(fixture.gate, "desk");
    take(meter, AT_ONCE);
    assert_false(bears(meter, AT_ONCE));
    assert_null(strstr(fixture_tick(0), "end"));
}

// A certificate that is no longer the one by which its bearer is here does it no harm.
static void test_certificate_of_before(void **state)
{
    struct fixture_certificate later = fixture_device(ONE);
    struct control_meter *meter = connect_by(&fixture.one, ONE);
    struct control_meter *new_meter = connect_by(&later, ONE);

    (void)state;
    assert_false(bears(meter, AT_ONCE + CONNECT_BYTES + 1));
    assert_null(strstr(fixture_tick(0), "end"));
    assert_null(begin(&fixture.one));
    assert_ptr_equal(begin(&later), new_meter);
    assert_true(bears(new_meter, AT_ONCE));
    free(later.der);
}

// A revoked one shuts nobody out who may come by another.
static void test_revoked(void **state)
{
    struct fixture_certificate later = fixture_device(ONE);
    struct control_meter *meter = connect_by(&fixture.one, ONE);
    char entry[128];

    (void)state;
    fixture_tick(2000);
    snprintf(entry, sizeof entry, "serial %s\n", fixture.one.serial);
    fixture_list(2, entry);
    clock_offset_ms += 200;
    gate_refresh(fixture.gate);
    assert_false(bears(meter, AT_ONCE + 1)); // before its connection has ended
    assert_int_equal(fixture_connect(&later, ONE), 0);
    gate_disconnect(fixture.gate, ONE);
    clock_offset_ms += 100000;
    assert_false(bears(meter, AT_ONCE + 1)); // and after that
    assert_int_equal(fixture_connect(&later, ONE), 0);
    free(later.der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_flood, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_shut_out, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_counted, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_wills, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_before_connect, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_unbounded, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            test_certificate_of_before, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_revoked, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
