// An event that may have waited at the broker while the daemon was away says nothing of now.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/ingest/ingest_write.h"
#include "server/store/command_store.h"
#include "test/unit/server/store/store_fixture.h"

#define T0 1700000000000LL

// How a device was, seen last at T0, and is after an event at T0 + 5. An event without a kind is a
// sign of life alone.
static const struct {
    bool is_known, online, late;
    bool online_then;
    bool is_due; // it gets a command that is to go to who has reported since T0 + 1
} rows[] = {
    {true, true, true, true, false},
    {true, true, false, true, true},
    {true, false, true, false, false},
    {true, false, false, true, true},
    {false, false, true, true, true}, // nobody knew it
    {false, false, false, true, true},
};

static int count(const struct command *command, void *ctx)
{
    (void)command;
    ++*(int *)ctx;
    return 0;
}

static int count_due(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    int due = 0;

    assert_int_equal(command_store_each_due(connection, T0 + 1, count, &due, NULL), 0);
    store_read_end(f->store, connection);
    return due;
}

static int order(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command command = {.mac = MAC_1, .name = "config", .created_at_ms = T0};

    (void)ctx;
    return command_store_add(connection, &command, err);
}

static void test_late(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct device_record device = fixture_device(MAC_1);
        struct ingest_write_event event = {
            .event = {.mac = MAC_1, .at_ms = T0 + 5}, .late = rows[i].late};

        fixture_query(f, "DELETE FROM commands");
        fixture_query(f, "DELETE FROM devices");
        device.online = rows[i].online;
        device.reason = DEVICE_REASON_SILENT;
        device.last_seen_ms = T0;
        if (rows[i].is_known)
            fixture_write(f, fixture_put, &device);
        fixture_write(f, ingest_write_event, &event);
        fixture_write(f, order, NULL);

        struct store_connection *connection = fixture_read(f);

        assert_int_equal(device_store_get(connection, MAC_1, &device, NULL), 0);
        store_read_end(f->store, connection);
        if (device.online != rows[i].online_then || count_due(f) != rows[i].is_due)
            fail_msg("row %zu: online %d, due %d", i, device.online, count_due(f));
        assert_true(device.speaks_events);
        if (device.online && !rows[i].online)
            assert_int_equal(device.reason, DEVICE_REASON_EVENT);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_late, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
