// Tests of when a certificate is to be renewed.
#include "firmware/enrol/renewal.h"

#include "test/unit/firmware/device_fixture.h"

#define DAY 86400u
#define BEGIN 1704067200u // 2024-01-01
#define LIFE (100 * DAY)

struct fixture {
    struct fake_port port; // first
    struct port_ops ops;
    struct device device;
    int64_t time;
};

static int64_t get_time(struct port *port)
{
    return ((struct fixture *)port)->time;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    fake_init(&f->port);
    f->ops = fake_ops;
    f->ops.unix_time = get_time;
    f->port.port.ops = &f->ops;
    f->device.port = &f->port.port;
    snprintf(f->device.mac, sizeof f->device.mac, "%s", FAKE_MAC);
    snprintf(f->device.settings.enrol_server, SETTINGS_HOST_SIZE, "localhost");
    f->device.identity.cert.valid_from = (mbedtls_x509_time){2024, 1, 1, 0, 0, 0};
    f->device.identity.cert.valid_to = (mbedtls_x509_time){2024, 4, 10, 0, 0, 0};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static struct renewal load(struct fixture *f)
{
    struct renewal renewal;

    renewal_load(&renewal, &f->port.port);
    return renewal;
}

// The first second at which it is due; the mark that finding it leaves is forgotten.
static uint32_t find_due(struct fixture *f, uint32_t from, uint32_t to)
{
    const struct renewal none = {RENEWAL_NONE, 0};

    while (from < to) {
        f->time = from + (to - from) / 2;
        if (renewal_ask(&f->device))
            to = (uint32_t)f->time;
        else
            from = (uint32_t)f->time + 1;
        assert_int_equal(renewal_store(&none, &f->port.port), 0);
    }
    return to;
}

// After two thirds of the life, and up to a tenth more by the MAC.
static void test_due(void **state)
{
    struct fixture *f = *state;
    uint32_t first = UINT32_MAX;
    uint32_t last = 0;
    uint32_t same;

    for (int i = 0; i < 64; i++) {
        uint32_t due;

        snprintf(f->device.mac, sizeof f->device.mac, "84f3eb%06x", i * 977);
        due = find_due(f, BEGIN, BEGIN + LIFE);
        first = due < first ? due : first;
        last = due > last ? due : last;
        assert_true(due >= BEGIN + LIFE - LIFE / 3 && due <= BEGIN + LIFE / 1000 * 767);
        same = find_due(f, BEGIN, BEGIN + LIFE);
        assert_int_equal(same, due);
    }
    assert_true(last - first > LIFE / 20);
}

static void test_not_due(void **state)
{
    struct fixture *f = *state;

    f->time = 0; // the clock is not set
    assert_false(renewal_ask(&f->device));
    f->time = BEGIN + LIFE;
    f->device.settings.enrol_server[0] = '\0';
    assert_false(renewal_ask(&f->device));
    assert_false(fake_has_file(&f->port.port, RENEWAL_FILE));
}

static void set_life(struct fixture *f, int from_year, int to_year)
{
    f->device.identity.cert.valid_from = (mbedtls_x509_time){from_year, 3, 1, 12, 30, 15};
    f->device.identity.cert.valid_to = (mbedtls_x509_time){to_year, 2, 28, 23, 59, 59};
}

// Dates that no clock of 32 bits reaches, and that do not follow on each other.
static void test_strange_dates(void **state)
{
    static const struct {
        int from;
        int to;
        int64_t time;
        bool is_due;
    } rows[] = {
        {2024, 9999, 4102444800, true}, // as if it ended with the clock
        {2024, 9999, 1900000000, false},
        {1950, 2024, BEGIN, true},
        {2200, 2300, BEGIN, false},
        {2024, 2023, 1900000000, false},
        {2000, 2001, 1900000000, true},
    };
    struct fixture *f = *state;
    const struct renewal none = {RENEWAL_NONE, 0};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_life(f, rows[i].from, rows[i].to);
        f->time = rows[i].time;
        if (renewal_ask(&f->device) != rows[i].is_due)
            fail_msg("row %zu", i);
        assert_int_equal(renewal_store(&none, &f->port.port), 0);
    }
}

// The seconds of the calendar: a life of none is due at its one second.
static void test_calendar(void **state)
{
    static const struct {
        mbedtls_x509_time date;
        uint32_t seconds;
    } rows[] = {
        {{1970, 1, 1, 0, 0, 1}, 1},
        {{1999, 12, 31, 23, 59, 59}, 946684799},
        {{2000, 2, 29, 12, 0, 0}, 951825600},
        {{2000, 3, 1, 0, 0, 0}, 951868800},
        {{2023, 3, 1, 0, 0, 0}, 1677628800},
        {{2024, 2, 29, 1, 2, 3}, 1709168523},
        {{2100, 3, 1, 0, 0, 0}, 4107542400},
        {{2105, 12, 31, 23, 59, 59}, 4291747199},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f->device.identity.cert.valid_from = rows[i].date;
        f->device.identity.cert.valid_to = rows[i].date;
        assert_int_equal(find_due(f, 0, UINT32_MAX), rows[i].seconds);
    }
}

// A day later, or an eighth of what is left; but a mark of a wrong clock is none.
static void test_pause(void **state)
{
    static const struct {
        uint32_t left;
        uint32_t pause;
    } rows[] = {
        {20 * DAY, DAY},
        {8 * DAY, DAY},
        {4 * DAY, DAY / 2},
        {8 * 900, 900},
        {1, 900},
        {0, 900},
    };
    struct fixture *f = *state;
    const struct renewal ahead = {RENEWAL_NONE, BEGIN + LIFE + DAY + 1};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f->time = (int64_t)BEGIN + LIFE - rows[i].left;
        assert_int_equal(files_remove(&f->port.port, RENEWAL_FILE), 0);
        assert_true(renewal_ask(&f->device));
        assert_int_equal(load(f).state, RENEWAL_ASKED);
        assert_int_equal(load(f).next_at_s, f->time + rows[i].pause);
        f->time += rows[i].pause - 1;
        assert_false(renewal_ask(&f->device));
        f->time += 1;
        assert_true(renewal_ask(&f->device));
    }
    assert_int_equal(renewal_store(&ahead, &f->port.port), 0);
    f->time = BEGIN + LIFE;
    assert_true(renewal_ask(&f->device));
}

static void test_damaged_mark(void **state)
{
    static const uint8_t bytes[9] = {1, 0, 0, 0, 1, 1, 1, 1, 1};
    struct fixture *f = *state;

    for (size_t n = 0; n <= sizeof bytes; n++) {
        if (n == sizeof(struct renewal))
            continue;
        assert_int_equal(files_write(&f->port.port, RENEWAL_FILE, bytes, n), 0);
        assert_int_equal(load(f).state, RENEWAL_NONE);
        assert_int_equal(load(f).next_at_s, 0);
    }
}

static void test_flash_fails(void **state)
{
    struct fixture *f = *state;

    f->time = BEGIN + LIFE;
    f->port.power.fails_in = 0;
    assert_false(renewal_ask(&f->device));
    assert_int_equal(load(f).state, RENEWAL_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_due),
        TEST(test_not_due),
        TEST(test_strange_dates),
        TEST(test_calendar),
        TEST(test_pause),
        TEST(test_damaged_mark),
        TEST(test_flash_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
