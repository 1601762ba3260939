// Tests of the user's code on a whole device: the test is the user.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/app/app.h"
#include "firmware/app/bind.h"
#include "test/unit/firmware/fake_device.h"

#define STATUS "/status/" FAKE_MAC

static unsigned setups;
static unsigned loops;
static uint32_t set_up_at_ms; // by the user's clock
static uint32_t looped_at_ms;
static unsigned long_pauses; // from a loop to the next
static unsigned requests;    // for a status, one in each loop, still to be made
static uint32_t slow_ms;     // that the next loop takes
static struct fake_device *fixture;
static bool adds_bad;
static unsigned lines;
static char line[200];

void app_setup(void)
{
    setups++;
    set_up_at_ms = app_millis();
    looped_at_ms = app_millis();
    app_log("set up");
    app_send_status(); // nobody is there yet
}

void app_loop(void)
{
    loops++;
    long_pauses += app_millis() - looped_at_ms > DEVICE_APP_PERIOD_MS;
    fake_device_flash(fixture)->now_ms += slow_ms;
    slow_ms = 0;
    looped_at_ms = app_millis();
    if (requests == 0)
        return;
    requests--;
    app_send_status();
}

void app_status(struct report_members *members)
{
    report_add_number(members, "loops", loops);
    if (adds_bad)
        report_add_number(members, "rssi", loops);
    app_send_status(); // which this one is
}

static void take_line(struct port *port, enum port_log level, const char *text)
{
    (void)port;
    (void)level;
    if (strncmp(text, "app ", 4) != 0 && strstr(text, "left-out") == NULL)
        return;
    snprintf(line, sizeof line, "%s", text);
    lines++;
}

static int setup(void **state)
{
    struct fake_device *f = fake_device_new();

    setups = loops = long_pauses = requests = lines = 0;
    slow_ms = 0;
    adds_bad = false;
    fixture = f;
    f->ops.log = take_line;
    f->options.app = bind_app(&f->device);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fake_device_free(*state);
    return 0;
}

static bool is_in_broker(struct fake_device *f)
{
    return f->device.state == DEVICE_BROKER;
}

static void start_online(struct fake_device *f)
{
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
}

static unsigned statuses(const struct fake_device *f)
{
    return fake_device_count(f, 0, STATUS, "");
}

static void test_start(void **state)
{
    struct fake_device *f = *state;

    fake_device_flash(f)->now_ms = UINT32_MAX - 100;
    assert_int_equal(fake_device_start(f), 0);
    assert_int_equal(setups, 1);
    assert_int_equal(loops, 0);
    assert_int_equal(set_up_at_ms, 0);
    assert_int_equal(lines, 1);
    assert_string_equal(line, "app set up");
    assert_false(fake_device_run(f, 1000, NULL));
    assert_in_range(looped_at_ms, 990, 1000); // over the counter's end
    assert_int_equal(statuses(f), 1);
    assert_int_equal(fake_device_count(f, 0, STATUS, "\"loops\":"), 1);
    fake_device_command(f, "reboot", 1);
    assert_false(fake_device_run(f, 3000, NULL));
    assert_int_equal(f->reboots, 1);
    assert_int_equal(setups, 2);
}

static void test_failed_start(void **state)
{
    struct fake_device *f = *state;

    files_remove(&fake_device_flash(f)->port, "ca.crt");
    assert_int_equal(fake_device_start(f), -RESULT_FILE_INVALID);
    assert_int_equal(setups, 0);
}

// Whatever the device waits for.
static void test_loops_always(void **state)
{
    struct fake_device *f = *state;

    f->link = PORT_LINK_DOWN;
    f->time = 0;
    assert_int_equal(fake_device_start(f), 0);
    assert_false(fake_device_run(f, 5000, NULL));
    assert_int_equal(f->device.state, DEVICE_LINK);
    assert_in_range(loops, 500, 510);
    f->link = PORT_LINK_UP;
    assert_false(fake_device_run(f, 5000, NULL));
    assert_int_equal(f->device.state, DEVICE_CLOCK);
    assert_in_range(loops, 1000, 1020);
    f->broker.server.refuses = true;
    f->time = 1700000000;
    assert_false(fake_device_run(f, 5000, NULL));
    assert_int_equal(f->device.state, DEVICE_PAUSE);
    assert_in_range(loops, 1500, 1540);
    f->broker.server.refuses = false;
    f->broker.no_connack = true;
    assert_true(fake_device_run(f, 10000, is_in_broker));
    assert_false(fake_device_run(f, 5000, NULL));
    f->broker.no_connack = false;
    assert_true(fake_device_run(f, 40000, fake_device_is_idle));
    assert_true(fake_device_do(f, "firmware", 21));
    assert_int_equal(long_pauses, 0);
    assert_true(fake_device_do(f, "flash", 22));
    assert_string_equal(f->device.running.text, "B-2");
    assert_int_equal(long_pauses, 0);
    assert_true(f->reboots > 0 && setups == f->reboots + 1);
}

// What it takes is said.
static void test_slow_loop(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    assert_int_equal(fake_device_count(f, 0, STATUS, "\"maxmillis\":0,"), 1);
    slow_ms = 345;
    requests = 1;
    assert_false(fake_device_run(f, 3000, NULL));
    assert_int_equal(fake_device_count(f, 0, STATUS, "\"maxmillis\":345,"), 1);
}

// At once if the last one is a second old, else when it is; and never twice.
static void test_send_status(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    assert_int_equal(statuses(f), 1);
    requests = 1;
    assert_false(fake_device_run(f, 900, NULL));
    assert_int_equal(statuses(f), 1);
    assert_false(fake_device_run(f, 150, NULL));
    assert_int_equal(statuses(f), 2);
    assert_false(fake_device_run(f, 30000, NULL));
    assert_int_equal(statuses(f), 2);
    requests = 1;
    assert_false(fake_device_run(f, 20, NULL));
    assert_int_equal(statuses(f), 3);
    requests = 1000; // ten seconds of them
    assert_false(fake_device_run(f, 10500, NULL));
    assert_int_equal(statuses(f), 3 + 10);
    assert_false(fake_device_run(f, 1000, NULL));
    assert_in_range(statuses(f), 13, 14);
    assert_false(fake_device_run(f, FAKE_STATUS_MS - 2000, NULL));
    assert_in_range(statuses(f), 13, 14); // the interval begins anew
}

static void test_send_status_offline(void **state)
{
    struct fake_device *f = *state;

    f->link = PORT_LINK_DOWN;
    requests = 1000;
    assert_int_equal(fake_device_start(f), 0);
    assert_false(fake_device_run(f, 11000, NULL));
    assert_int_equal(requests, 0);
    f->link = PORT_LINK_UP;
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(statuses(f), 1);
    assert_false(fake_device_run(f, 5000, NULL));
    assert_int_equal(statuses(f), 1);
}

static void test_left_out(void **state)
{
    struct fake_device *f = *state;

    adds_bad = true;
    start_online(f);
    assert_false(fake_device_run(f, 3 * FAKE_STATUS_MS, NULL));
    assert_int_equal(statuses(f), 4);
    assert_int_equal(fake_device_count(f, 0, STATUS, "\"loops\":"), 4);
    assert_int_equal(fake_device_count(f, 0, STATUS, "\"rssi\":-61,"), 4);
    assert_int_equal(lines, 2); // app_setup()'s and this one, once
    assert_string_equal(line, "status member=rssi result=left-out");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_start),
        TEST(test_failed_start),
        TEST(test_loops_always),
        TEST(test_slow_loop),
        TEST(test_send_status),
        TEST(test_send_status_offline),
        TEST(test_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
