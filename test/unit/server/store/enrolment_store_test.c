// Enrolments: kept whole, in order, and who leaves first.
#include "server/store/enrolment_store.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return enrolment_store_put(connection, ctx, err);
}

static int remove_one(struct store_connection *connection, void *ctx, struct err *err)
{
    return enrolment_store_remove(connection, ctx, err);
}

struct bytes {
    const char *mac;
    const uint8_t *p;
    size_t n;
};

static int put_bytes(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct bytes *bytes = ctx;

    return enrolment_store_put_certificate(connection, bytes->mac, bytes->p, bytes->n, err);
}

static int get(struct fixture *f, const char *mac, struct enrolment *out)
{
    struct store_connection *connection = fixture_read(f);
    int rc = enrolment_store_get(connection, mac, out, NULL);

    store_read_end(f->store, connection);
    return rc;
}

static int get_bytes(struct fixture *f, const char *mac, uint8_t **der, size_t *n)
{
    struct store_connection *connection = fixture_read(f);
    int rc = enrolment_store_get_certificate(connection, mac, der, n, NULL);

    store_read_end(f->store, connection);
    return rc;
}

static struct enrolment full(void)
{
    return (struct enrolment){.mac = MAC_1,
        .state = ENROLMENT_ENROLLED,
        .key_sha256 = "aa",
        .claim = "0b",
        .address = "192.0.2.1",
        .first_asked_ms = 1,
        .last_asked_ms = 2,
        .tries = 3,
        .code_sha256 = "cc",
        .code_tries = 4,
        .decided_by = "uid 0",
        .decided_at_ms = 5,
        .alarms = 6,
        .alarm_at_ms = 7,
        .serial = "0d",
        .alarm_key_sha256 = "ee",
        .trouble = "so it is",
        .trouble_at_ms = 8};
}

static void test_whole(void **state)
{
    struct fixture *f = *state;
    struct enrolment one = full();
    struct enrolment found;

    assert_int_equal(get(f, MAC_1, &found), ERR_NOT_FOUND);
    assert_int_equal(get(f, "nobody", &found), ERR_INVALID);
    fixture_write(f, put, &one);
    assert_int_equal(get(f, MAC_1, &found), 0);
    assert_string_equal(found.mac, one.mac);
    assert_int_equal(found.state, one.state);
    assert_string_equal(found.key_sha256, one.key_sha256);
    assert_string_equal(found.claim, one.claim);
    assert_string_equal(found.address, one.address);
    assert_int_equal(found.first_asked_ms, one.first_asked_ms);
    assert_int_equal(found.last_asked_ms, one.last_asked_ms);
    assert_int_equal(found.tries, one.tries);
    assert_string_equal(found.code_sha256, one.code_sha256);
    assert_int_equal(found.code_tries, one.code_tries);
    assert_string_equal(found.decided_by, one.decided_by);
    assert_int_equal(found.decided_at_ms, one.decided_at_ms);
    assert_int_equal(found.alarms, one.alarms);
    assert_int_equal(found.alarm_at_ms, one.alarm_at_ms);
    assert_string_equal(found.serial, one.serial);
    assert_string_equal(found.alarm_key_sha256, one.alarm_key_sha256);
    assert_string_equal(found.trouble, one.trouble);
    assert_int_equal(found.trouble_at_ms, one.trouble_at_ms);
    one.state = ENROLMENT_APPROVED;
    one.tries = 9;
    fixture_write(f, put, &one);
    assert_int_equal(get(f, MAC_1, &found), 0);
    assert_int_equal(found.state, ENROLMENT_APPROVED);
    assert_int_equal(found.tries, 9);
    fixture_write(f, remove_one, (void *)MAC_1);
    assert_int_equal(get(f, MAC_1, &found), ERR_NOT_FOUND);
    assert_int_equal(store_write(f->store, remove_one, (void *)MAC_1, NULL), ERR_NOT_FOUND);
}

static void test_certificate(void **state)
{
    static const uint8_t large[ENROLMENT_STORE_CERTIFICATE_MAX + 1] = {0x30, 1, 2, 3};
    struct fixture *f = *state;
    struct enrolment one = full();
    struct bytes bytes = {MAC_1, large, ENROLMENT_STORE_CERTIFICATE_MAX};
    uint8_t *der = NULL;
    size_t n;

    fixture_write(f, put, &one);
    assert_int_equal(get_bytes(f, MAC_1, &der, &n), ERR_NOT_FOUND);
    fixture_write(f, put_bytes, &bytes);
    assert_int_equal(get_bytes(f, MAC_1, &der, &n), 0);
    assert_int_equal(n, ENROLMENT_STORE_CERTIFICATE_MAX);
    assert_memory_equal(der, large, n);
    free(der);
    fixture_write(f, put, &one); // it stays
    assert_int_equal(get_bytes(f, MAC_1, &der, &n), 0);
    free(der);
    bytes.n++;
    assert_int_equal(store_write(f->store, put_bytes, &bytes, NULL), ERR_TOO_LARGE);
    one.serial[0] = '\0'; // and goes with its serial
    fixture_write(f, put, &one);
    assert_int_equal(get_bytes(f, MAC_1, &der, &n), ERR_NOT_FOUND);
}

static int see(const struct enrolment *it, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 32, "%s ", it->mac + 8);
    return strlen(text) > 400 ? 7 : 0;
}

static void add(struct fixture *f, unsigned number, enum enrolment_state state, const char *address,
    int64_t at_ms)
{
    struct enrolment it = {.state = state, .first_asked_ms = at_ms};

    snprintf(it.mac, sizeof it.mac, "84f3eb%06x", number);
    snprintf(it.address, sizeof it.address, "%s", address);
    fixture_write(f, put, &it);
}

static void test_order_and_counts(void **state)
{
    struct fixture *f = *state;
    int64_t counts[ENROLMENT_STATE_COUNT];
    struct store_connection *connection;
    char text[512] = "";

    add(f, 1, ENROLMENT_ENROLLED, "", 1);
    add(f, 2, ENROLMENT_PENDING, "", 9);
    add(f, 3, ENROLMENT_LISTED, "", 0);
    add(f, 4, ENROLMENT_PENDING, "", 8);
    connection = fixture_read(f);
    assert_int_equal(enrolment_store_each_pending(connection, see, text, NULL), 0);
    assert_string_equal(text, "0004 0002 ");
    text[0] = '\0';
    assert_int_equal(enrolment_store_page(connection,
                         &(struct enrolment_page){"", 9, ENROLMENT_STATE_COUNT}, see, text, NULL),
        0);
    assert_string_equal(text, "0001 0003 ");
    assert_int_equal(enrolment_store_count(connection, counts, NULL), 0);
    assert_int_equal(counts[ENROLMENT_LISTED], 1);
    assert_int_equal(counts[ENROLMENT_PENDING], 2);
    assert_int_equal(counts[ENROLMENT_APPROVED], 0);
    assert_int_equal(counts[ENROLMENT_REJECTED], 0);
    assert_int_equal(counts[ENROLMENT_ENROLLED], 1);
    store_read_end(f->store, connection);
}

static void assert_page(struct fixture *f, const char *after, int64_t limit,
    enum enrolment_state state, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    struct enrolment_page page = {after, limit, state};
    char text[512] = "";

    assert_int_equal(enrolment_store_page(connection, &page, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

// One after another, whoever waits in between.
static void test_pages(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    struct enrolment_page page = {"nobody", 1, ENROLMENT_STATE_COUNT};

    add(f, 1, ENROLMENT_ENROLLED, "", 1);
    add(f, 2, ENROLMENT_PENDING, "", 9);
    add(f, 3, ENROLMENT_LISTED, "", 0);
    add(f, 4, ENROLMENT_ENROLLED, "", 8);
    assert_page(f, "", 0, ENROLMENT_STATE_COUNT, "");
    assert_page(f, "", 1, ENROLMENT_STATE_COUNT, "0001 ");
    assert_page(f, "84f3eb000001", 1, ENROLMENT_STATE_COUNT, "0003 ");
    assert_page(f, "84f3eb000001", 2, ENROLMENT_STATE_COUNT, "0003 0004 ");
    assert_page(f, "84f3eb000004", 2, ENROLMENT_STATE_COUNT, "");
    assert_page(f, "", 9, ENROLMENT_ENROLLED, "0001 0004 ");
    assert_page(f, "84f3eb000001", 9, ENROLMENT_ENROLLED, "0004 ");
    assert_page(f, "", 9, ENROLMENT_PENDING, "");
    connection = fixture_read(f);
    assert_int_equal(enrolment_store_page(connection, &page, see, NULL, NULL), ERR_INVALID);
    store_read_end(f->store, connection);
}

static void assert_leaving(struct fixture *f, const char *expected, int64_t expected_count)
{
    struct store_connection *connection = fixture_read(f);
    char mac[MAC_SIZE] = "";
    int64_t count;
    int rc = enrolment_store_find_leaving(connection, mac, NULL);

    assert_int_equal(enrolment_store_count_pending(connection, &count, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(rc, expected[0] != '\0' ? 0 : ERR_NOT_FOUND);
    assert_string_equal(mac, expected);
    assert_int_equal(count, expected_count);
}

// Who alone comes from an address stays, however long it has waited.
static void test_who_leaves(void **state)
{
    struct fixture *f = *state;

    assert_leaving(f, "", 0);
    add(f, 1, ENROLMENT_PENDING, "192.0.2.1", 1);
    assert_leaving(f, "84f3eb000001", 1);
    add(f, 2, ENROLMENT_PENDING, "192.0.2.2", 3);
    add(f, 3, ENROLMENT_PENDING, "192.0.2.2", 2);
    add(f, 4, ENROLMENT_REJECTED, "192.0.2.3", 0);
    add(f, 5, ENROLMENT_ENROLLED, "192.0.2.3", 0);
    add(f, 6, ENROLMENT_LISTED, "192.0.2.3", 0);
    assert_leaving(f, "84f3eb000003", 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
        TEST(test_certificate),
        TEST(test_order_and_counts),
        TEST(test_pages),
        TEST(test_who_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
