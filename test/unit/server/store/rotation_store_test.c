// A change of the CA: kept whole, joined by who comes, and which certificate is whose turn.
#include "server/store/rotation_store.h"

#include <string.h>

#include "server/store/certificate_store.h"
#include "test/unit/server/store/store_fixture.h"

#define OLD_CA "aa"
#define NEW_CA "bb"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return rotation_store_put(connection, ctx, err);
}

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    return rotation_store_put_device(connection, ctx, err);
}

static int add_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.online = true, .last_seen_ms = 1};

    snprintf(device.mac, sizeof device.mac, "%s", (const char *)ctx);
    return device_store_put(connection, &device, NULL, err);
}

static int add_issued(struct store_connection *connection, void *ctx, struct err *err)
{
    struct certificate_record record = {.not_after_ms = 2000, .origin = CERTIFICATE_ISSUED};

    snprintf(record.serial, sizeof record.serial, "%s", "01");
    snprintf(record.fingerprint, sizeof record.fingerprint, "%s", (const char *)ctx);
    snprintf(record.mac, sizeof record.mac, "%s", (const char *)ctx);
    return certificate_store_add(connection, &record, NULL, err);
}

struct join {
    bool with_issued;
    int64_t now_ms;
};

static int join(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct join *how = ctx;

    return rotation_store_join(connection, how->with_issued, how->now_ms, err);
}

static int clear(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return rotation_store_clear(connection, err);
}

static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    return rotation_store_forget(connection, ctx, err);
}

static int put_pem(struct store_connection *connection, void *ctx, struct err *err)
{
    return rotation_store_put_certificate(connection, ctx, err);
}

struct phase {
    bool with_doubt;
    int64_t now_ms;
};

static int begin_phase(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct phase *phase = ctx;

    return rotation_store_begin_phase(connection, phase->with_doubt, phase->now_ms, err);
}

static int count_one(const struct rotation_device *device, void *ctx)
{
    (void)device;
    ++*(int *)ctx;
    return 0;
}

static int count(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    int n = 0;

    assert_int_equal(rotation_store_each(connection, count_one, &n, NULL), 0);
    store_read_end(f->store, connection);
    return n;
}

static struct rotation_device row_of(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct rotation_device row = {.mac = ""};
    int rc = rotation_store_get_device(connection, mac, &row, NULL);

    store_read_end(f->store, connection);
    assert_true(rc == 0 || rc == ERR_NOT_FOUND);
    return row;
}

static void test_whole(void **state)
{
    struct fixture *f = *state;
    struct rotation rotation = {ROTATION_TRUST, OLD_CA, NEW_CA, 5, 6};
    struct rotation_device device = {.mac = MAC_1,
        .holds = ROTATION_HOLDS_BOTH,
        .step = ROTATION_FILE,
        .holds_at_ms = 1,
        .step_at_ms = 2,
        .next_at_ms = 3,
        .command_id = 4,
        .tries = 5,
        .reboots = 6,
        .shows_new = true,
        .is_left = true,
        .detail = "why"};
    struct store_connection *connection = fixture_read(f);
    struct rotation found;

    assert_int_equal(rotation_store_get(connection, &found, NULL), 0);
    assert_int_equal(found.phase, ROTATION_NONE);
    store_read_end(f->store, connection);
    fixture_write(f, put, &rotation);
    rotation.phase = ROTATION_LAST;
    fixture_write(f, put, &rotation);
    connection = fixture_read(f);
    assert_int_equal(rotation_store_get(connection, &found, NULL), 0);
    store_read_end(f->store, connection);
    assert_memory_equal(&found, &rotation, sizeof found);
    fixture_write(f, put_device, &device);
    fixture_write(f, put_device, &device);

    struct rotation_device row = row_of(f, MAC_1);

    assert_string_equal(row.mac, MAC_1);
    assert_int_equal(row.holds, ROTATION_HOLDS_BOTH);
    assert_int_equal(row.step, ROTATION_FILE);
    assert_int_equal(row.holds_at_ms, 1);
    assert_int_equal(row.step_at_ms, 2);
    assert_int_equal(row.next_at_ms, 3);
    assert_int_equal(row.command_id, 4);
    assert_int_equal(row.tries, 5);
    assert_int_equal(row.reboots, 6);
    assert_true(row.shows_new && row.is_left && !row.has_certificate);
    assert_string_equal(row.detail, "why");
    fixture_write(f, forget, (void *)MAC_1);
    assert_string_equal(row_of(f, MAC_1).mac, "");
    fixture_write(f, put_device, &device);
    fixture_write(f, clear, NULL);
    assert_int_equal(count(f), 0);
}

static void test_joins(void **state)
{
    struct fixture *f = *state;
    struct join come = {false, 1000};
    struct join issued = {true, 1000};
    struct join too_late = {true, 2000};

    fixture_write(f, add_device, (void *)MAC_1);
    fixture_write(f, add_issued, (void *)MAC_2);
    fixture_write(f, join, &come);
    fixture_write(f, join, &come);
    assert_int_equal(count(f), 1);
    fixture_write(f, join, &too_late); // its certificate has ended
    assert_int_equal(count(f), 1);
    fixture_write(f, join, &issued);
    assert_int_equal(count(f), 2);
    assert_string_equal(row_of(f, MAC_2).mac, MAC_2);
}

// Whose turn it is to get which certificate: by phase, and by what the device has.
static void test_certificate(void **state)
{
    struct fixture *f = *state;
    struct rotation_store_certificate fresh = {MAC_1, "k", true, "new"};
    struct rotation_store_certificate old = {MAC_1, "k", false, "old"};

    fixture_write(f, put_pem, &fresh);
    fixture_write(f, put_pem, &old);
    assert_true(row_of(f, MAC_1).has_certificate);
    for (int phase = 1; phase < ROTATION_PHASE_COUNT; phase++) {
        for (int at = 0; at < ROTATION_HOLDS_COUNT * ROTATION_STEP_COUNT; at++) {
            struct rotation rotation = {(enum rotation_phase)phase, OLD_CA, NEW_CA, 1, 1};
            struct rotation_device device = {.mac = MAC_1,
                .holds = (enum rotation_holds)(at / ROTATION_STEP_COUNT),
                .step = (enum rotation_step)(at % ROTATION_STEP_COUNT)};
            bool is_its_turn =
                device.holds >= ROTATION_HOLDS_NEW ||
                (device.holds == ROTATION_HOLDS_BOTH && device.step != ROTATION_IDLE);
            const char *expected = phase == ROTATION_ABORTING               ? "old"
                                   : phase != ROTATION_TRUST && is_its_turn ? "new"
                                                                            : NULL;
            char *pem = NULL;

            fixture_write(f, put, &rotation);
            fixture_write(f, put_device, &device);

            struct store_connection *connection = fixture_read(f);
            int rc = rotation_store_get_certificate(connection, MAC_1, "k", &pem, NULL);

            assert_int_equal(rc, expected != NULL ? 0 : ERR_NOT_FOUND);
            if (expected != NULL)
                assert_string_equal(pem, expected);
            free(pem);
            assert_int_equal(rotation_store_get_certificate(connection, MAC_1, "other", &pem, NULL),
                ERR_NOT_FOUND);
            store_read_end(f->store, connection);
        }
    }
}

static void test_begins_a_phase(void **state)
{
    struct fixture *f = *state;
    struct rotation_device told = {.mac = MAC_1,
        .holds = ROTATION_HOLDS_BOTH,
        .step = ROTATION_FILE,
        .command_id = 7,
        .tries = 3,
        .next_at_ms = 9,
        .detail = "x"};
    struct rotation_device idle = {.mac = MAC_2, .holds = ROTATION_HOLDS_BOTH};
    struct phase sure = {false, 10};
    struct phase doubt = {true, 20};

    fixture_write(f, put_device, &told);
    fixture_write(f, put_device, &idle);
    fixture_write(f, begin_phase, &sure);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_BOTH);
    assert_int_equal(row_of(f, MAC_1).step, ROTATION_IDLE);
    assert_int_equal(row_of(f, MAC_1).command_id, 0);
    assert_int_equal(row_of(f, MAC_1).tries, 0);
    assert_int_equal(row_of(f, MAC_1).next_at_ms, 0);
    assert_string_equal(row_of(f, MAC_1).detail, "");
    fixture_write(f, put_device, &told);
    fixture_write(f, begin_phase, &doubt);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_NEW);
    assert_int_equal(row_of(f, MAC_2).holds, ROTATION_HOLDS_BOTH);
}

// Who has enrolled meanwhile may show a certificate of the new CA in any phase.
static void test_doubts_who_shows_a_new_one(void **state)
{
    static const struct {
        enum rotation_holds holds;
        bool shows_new;
        enum rotation_holds after;
    } rows[] = {
        {ROTATION_HOLDS_OLD, false, ROTATION_HOLDS_OLD},
        {ROTATION_HOLDS_OLD, true, ROTATION_HOLDS_NEW},
        {ROTATION_HOLDS_BOTH, true, ROTATION_HOLDS_NEW},
        {ROTATION_HOLDS_NEW, true, ROTATION_HOLDS_NEW},
    };
    struct fixture *f = *state;
    struct phase doubt = {true, 20};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rotation_device device = {
            .mac = MAC_1, .holds = rows[i].holds, .shows_new = rows[i].shows_new};

        fixture_write(f, put_device, &device);
        fixture_write(f, begin_phase, &doubt);
        assert_int_equal(row_of(f, MAC_1).holds, rows[i].after);
    }
}

static void test_reads_active(void **state)
{
    struct fixture *f = *state;
    struct rotation_device devices[ROTATION_STORE_ACTIVE_MAX];
    struct rotation_device at_step = {.mac = MAC_1, .step = ROTATION_REBOOT, .step_at_ms = 100};
    struct rotation_device later = {.mac = MAC_2, .next_at_ms = 1001};
    struct rotation_device due = {
        .mac = MAC_3, .holds = ROTATION_HOLDS_BOTH, .holds_at_ms = 500, .next_at_ms = 1000};
    struct rotation_store_wish wish = {ROTATION_HOLDS_OLD, ROTATION_HOLDS_BOTH, 1000};
    struct rotation_store_wish none = {ROTATION_HOLDS_COUNT, ROTATION_HOLDS_OLD, 1000};
    struct rotation_store_counts counts;
    size_t n;

    fixture_write(f, put_device, &at_step);
    fixture_write(f, put_device, &later);
    fixture_write(f, put_device, &due);
    fixture_write(f, add_device, (void *)MAC_2);
    fixture_write(f, add_device, (void *)MAC_3);

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(rotation_store_read_active(connection, &wish, devices, &n, NULL), 0);
    assert_int_equal(n, 2);
    assert_string_equal(devices[0].mac, MAC_1);
    assert_string_equal(devices[1].mac, MAC_3);
    assert_int_equal(rotation_store_read_active(connection, &none, devices, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rotation_store_count(connection, 499, 101, &counts, NULL), 0);
    assert_int_equal(counts.at_step, 1);
    assert_int_equal(counts.stuck, 1);
    assert_int_equal(counts.reached, 1);
    assert_int_equal(rotation_store_count(connection, 500, 100, &counts, NULL), 0);
    assert_int_equal(counts.stuck, 0);
    assert_int_equal(counts.reached, 0);
    store_read_end(f->store, connection);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
        TEST(test_joins),
        TEST(test_certificate),
        TEST(test_begins_a_phase),
        TEST(test_doubts_who_shows_a_new_one),
        TEST(test_reads_active),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
