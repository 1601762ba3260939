// Tests of what the broker acknowledges, and of what it does not.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/session.h"
#include "test/unit/firmware/fake_device.h"

#define EVENT "/event/" FAKE_MAC

static int setup(void **state)
{
    struct fake_device *f = fake_device_new();

    *state = f;
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    f->broker.no_puback = true;
    return 0;
}

static int teardown(void **state)
{
    fake_device_free(*state);
    return 0;
}

static bool has_sent(struct fake_device *f)
{
    return f->device.events.first_is_sent;
}

static bool is_offline(struct fake_device *f)
{
    return f->device.state != DEVICE_BROKER;
}

static void acknowledge(struct fake_device *f, uint16_t id)
{
    const uint8_t puback[] = {0x40, 2, (uint8_t)(id >> 8), (uint8_t)id};

    fake_broker_put(&f->broker, puback, sizeof puback);
}

static void expect_outcome(struct fake_device *f, size_t from, int id, unsigned count)
{
    char text[40];

    snprintf(text, sizeof text, "\"id\":%d,", id);
    assert_int_equal(fake_device_count(f, from, EVENT, text), count);
}

// An acknowledgement is for what was sent. The event that was sent has made room for newer ones
// meanwhile: the one that is now the first was not sent, and stays.
static void test_ack_of_what_is_gone(void **state)
{
    struct fake_device *f = *state;
    int first = 0;
    int last = 100;
    const char *line;
    size_t n;
    size_t before;

    fake_device_command(f, "format", last);
    assert_true(fake_device_run(f, 1000, has_sent));
    while (f->device.events.first_is_sent) {
        assert_in_range(last, 100, 400);
        fake_device_command(f, "format", ++last);
        (void)fake_device_run(f, 10, NULL);
    }
    line = events_first(&f->device.events, &n);
    assert_non_null(line);
    assert_int_equal(sscanf(strstr(line, "\"id\":"), "\"id\":%d", &first), 1);
    assert_true(first > 100);
    before = f->broker.count;
    f->broker.no_puback = false;
    acknowledge(f, f->device.mqtt.open_id);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    for (int id = first; id <= last; id++)
        expect_outcome(f, before, id, 1);
}

// A broker that dies before it acknowledges gets the event again from the next session, one that
// acknowledged and died at once does not.
static void test_broker_dies(void **state)
{
    static const bool is_acknowledged[] = {false, true};
    struct fake_device *f = *state;

    for (int i = 0; i < 2; i++) {
        size_t before = f->broker.count;

        f->broker.no_puback = true;
        fake_device_command(f, "format", 10 + i);
        fake_device_command(f, "format", 20 + i);
        assert_true(fake_device_run(f, 1000, has_sent));
        (void)fake_device_run(f, 1, NULL); // it has reached the broker
        expect_outcome(f, before, 10 + i, 1);
        if (is_acknowledged[i]) {
            acknowledge(f, f->device.mqtt.open_id);
            fake_broker_flush(&f->broker);
        }
        f->broker.server.is_closed = true;
        assert_true(fake_device_run(f, 1000, is_offline));
        f->broker.no_puback = false;
        assert_true(fake_device_run(f, 20000, fake_device_is_idle));
        expect_outcome(f, before, 10 + i, is_acknowledged[i] ? 1 : 2);
        expect_outcome(f, before, 20 + i, 1);
    }
}

// One that acknowledges what nobody sent is no broker: the session ends, and no event is lost.
static void test_ack_of_nothing(void **state)
{
    static const uint16_t ids[] = {0, 1, 999, UINT16_MAX};
    struct fake_device *f = *state;

    for (int i = 0; i < 2 * (int)(sizeof ids / sizeof ids[0]); i++) {
        size_t before = f->broker.count;

        if (i % 2 == 1) { // while another is open
            f->broker.no_puback = true;
            fake_device_command(f, "format", 30 + i);
            assert_true(fake_device_run(f, 1000, has_sent));
        }
        acknowledge(f, ids[i / 2]);
        assert_true(fake_device_run(f, 1000, is_offline));
        f->broker.no_puback = false;
        assert_true(fake_device_run(f, 20000, fake_device_is_idle));
        assert_int_equal(fake_device_count(f, before, EVENT, "unexpected packet (type 4)"), 1);
        expect_outcome(f, before, 30 + i, i % 2 == 1 ? 2 : 0);
        f->broker.count = 0;
    }
}

// Of two answers that are awaited, the one that comes is not taken for the other.
static void test_one_of_two_answers(void **state)
{
    static const uint8_t pingresp[] = {0xd0, 0};
    struct fake_device *f = *state;

    for (int i = 0; i < 2; i++) {
        bool ping_comes = i == 0;
        unsigned connects = f->broker.connects;
        unsigned pings = f->broker.pings;

        f->broker.no_puback = ping_comes;
        f->broker.no_pingresp = !ping_comes;
        while (!ping_comes && f->broker.pings == pings)
            (void)fake_device_run(f, 1000, NULL);
        fake_device_command(f, "format", 50 + i);
        (void)fake_device_run(f, 100, NULL);
        if (ping_comes)
            fake_broker_put(&f->broker, pingresp, sizeof pingresp);
        (void)fake_device_run(f, MQTT_ANSWER_MS - 1000, NULL);
        assert_int_equal(f->broker.connects, connects);
        f->broker.no_puback = false;
        f->broker.no_pingresp = false;
        (void)fake_device_run(f, FAKE_RETRY_MS * 4, NULL);
        assert_int_equal(f->broker.connects, connects + 1);
        assert_true(fake_device_run(f, 20000, fake_device_is_idle));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_ack_of_what_is_gone),
        TEST(test_broker_dies),
        TEST(test_ack_of_nothing),
        TEST(test_one_of_two_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
