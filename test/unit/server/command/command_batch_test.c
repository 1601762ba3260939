// Commands that bring something, and that go in waves.
#include "server/command/command_cancel.h"
#include "server/command/command_list.h"
#include "server/store/batch_store.h"
#include "server/store/payload_store.h"
#include "test/unit/server/command/dispatch_fixture.h"

struct pair {
    struct command first, second; // the second waits for the first
};

static int add_pair(struct store_connection *connection, void *ctx, struct err *err)
{
    struct pair *pair = ctx;
    int rc = command_store_add(connection, &pair->first, err);

    if (rc == 0)
        rc = batch_store_begin(connection, &pair->first, err);
    if (rc == 0)
        rc = payload_store_put(connection, pair->first.id, "Zmlyc3Q=", err);
    pair->second.batch = pair->first.batch;
    if (rc == 0)
        rc = command_store_add(connection, &pair->second, err);
    return rc < 0 ? rc : payload_store_put(connection, pair->second.id, "c2Vjb25k", err);
}

static void order(struct fixture *f, struct pair *pair)
{
    int64_t now_ms = clock_now_ms();

    *pair = (struct pair){
        {.mac = MAC_1, .name = "wifi", .created_at_ms = now_ms}, {.mac = MAC_2,
                                                                     .name = "wifi",
                                                                     .state = COMMAND_WAITING,
                                                                     .created_at_ms = now_ms,
                                                                     .wave = 1}};
    set_online(f, MAC_1, true);
    set_online(f, MAC_2, true);
    fixture_write(f, add_pair, pair);
}

static void test_wave_after_wave(void **state)
{
    struct fixture *f = *state;
    struct broker broker;
    struct pair pair;

    start(f, &broker, 60000, 60000);
    order(f, &pair);
    wait_for_published(&broker, 1);
    assert_string_equal(broker.payload, "{\"id\": 1, \"sealed\": \"Zmlyc3Q=\"}");
    queue(&broker, MAC_2, "reboot"); // the one that waits is not in the way of others
    wait_for_published(&broker, 2);
    assert_string_equal(broker.log, "1w1 2r3 ");
    assert_int_equal(state_of(f, pair.second.id), COMMAND_WAITING);
    fixture_write(f, finish_job, &(int64_t){3});
    fixture_write(f, finish_job, &pair.first.id);
    wait_for_published(&broker, 3);
    assert_string_equal(broker.log, "1w1 2r3 2w2 ");
    assert_string_equal(broker.payload, "{\"id\": 2, \"sealed\": \"c2Vjb25k\"}");
    stop(&broker);
}

// The payload stays until it has been published, and its command has ended.
static void test_put_back(void **state)
{
    struct fixture *f = *state;
    struct broker broker;
    struct pair pair;

    start(f, &broker, 60000, 60000);
    pthread_mutex_lock(&broker.mutex);
    broker.refuse = 1;
    pthread_mutex_unlock(&broker.mutex);
    order(f, &pair);
    wait_for_published(&broker, 1);
    assert_string_equal(broker.payload, "{\"id\": 1, \"sealed\": \"Zmlyc3Q=\"}");
    stop(&broker);
}

static void test_canary_expires(void **state)
{
    struct fixture *f = *state;
    struct broker broker;
    struct pair pair;

    start(f, &broker, 50, 60000);
    order(f, &pair);
    wait_for_published(&broker, 1);
    wait_for_state(f, pair.first.id, COMMAND_EXPIRED);
    wait_for_state(f, pair.second.id, COMMAND_FAILED);
    stop(&broker);
    assert_int_equal(broker.published, 1);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM command_payloads"), 0);
}

static void note_state(const struct command *command, void *ctx)
{
    *(enum command_state *)ctx = command->state;
}

// One that waits is taken back by its number, or with all of its device.
static void test_cancels(void **state)
{
    static const char macs[][MAC_SIZE] = {MAC_2};
    struct fixture *f = *state;

    for (int i = 0; i < 2; i++) {
        enum command_state now = COMMAND_STATE_COUNT;
        struct command_cancel wish = {0};
        struct pair pair;

        order(f, &pair);
        if (i == 0)
            wish = (struct command_cancel){.ids = &pair.second.id, .id_count = 1};
        else
            wish = (struct command_cancel){.macs = macs, .mac_count = 1};
        assert_int_equal(command_cancel_run(f->store, &wish, note_state, &now, NULL), 0);
        assert_int_equal(now, COMMAND_CANCELLED);
        assert_int_equal(state_of(f, pair.second.id), COMMAND_CANCELLED);
        fixture_write(f, finish_job, &pair.first.id);
        assert_int_equal(state_of(f, pair.second.id), COMMAND_CANCELLED);
    }
}

// A job may run again, so a payload may be read again.
static void test_list_reads_payloads(void **state)
{
    struct fixture *f = *state;
    struct command_list list = {0};
    struct store_connection *connection;
    struct pair pair;
    struct command bare = {.id = 99};

    order(f, &pair);
    assert_int_equal(command_list_append(&list, &pair.first), 0);
    assert_int_equal(command_list_append(&list, &bare), 0);
    connection = fixture_read(f);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(command_list_read_sealed(&list, 0, connection, NULL), 0);
        assert_int_equal(command_list_read_sealed(&list, 1, connection, NULL), 0);
    }
    store_read_end(f->store, connection);
    assert_string_equal(list.items[0].sealed, "Zmlyc3Q=");
    assert_null(list.items[1].sealed);
    command_list_cut(&list, 1);
    assert_int_equal(list.count, 1);
    command_list_clear(&list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_wave_after_wave),
        TEST(test_put_back),
        TEST(test_canary_expires),
        TEST(test_cancels),
        TEST(test_list_reads_payloads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
