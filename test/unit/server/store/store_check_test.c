// A database is looked at while it is in use and while it is not: damage and fleets are found, and
// nothing is changed.
#include "server/store/store_check.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "test/unit/server/store/store_fixture.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096
#define PATIENCE_MS 60000

static struct store_check_facts look(struct fixture *f, int64_t patience_ms)
{
    struct store_check_facts facts;
    struct err err = {0};

    if (store_check_whole(f->path, patience_ms, &facts, &err) < 0)
        fail_msg("%s", err.message);
    return facts;
}

static void expect_whole(struct fixture *f)
{
    int files = scratch_count(f->folder);
    struct store_check_facts facts = look(f, PATIENCE_MS);

    assert_true(facts.is_whole && facts.is_all);
    assert_string_equal(facts.damage, "");
    assert_int_equal(scratch_count(f->folder), files);
}

static void test_whole(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    expect_whole(f);
    fixture_add_device(f, MAC_2); // it can be written as before
    fixture_close(f);
    expect_whole(f);
    fixture_open(f);
}

static int fill(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return store_connection_execute(connection,
        "CREATE TABLE filler AS WITH RECURSIVE c(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 800000) "
        "SELECT x, hex(randomblob(50)) FROM c",
        err);
}

// What it has not come to is no damage, and it ends long before all is read.
static void test_patience(void **state)
{
    struct fixture *f = *state;
    struct store_check_facts facts;
    int64_t shortest_ms = INT64_MAX;
    int64_t begun_ms;
    int64_t took_ms;

    fixture_write(f, fill, NULL);
    for (int i = 0; i < 5; i++) {
        begun_ms = clock_monotonic_ms();
        facts = look(f, i);
        took_ms = clock_monotonic_ms() - begun_ms;
        shortest_ms = took_ms < shortest_ms ? took_ms : shortest_ms;
        assert_false(facts.is_all);
        assert_true(facts.is_whole);
        assert_string_equal(facts.damage, "");
    }
    begun_ms = clock_monotonic_ms();
    expect_whole(f);
    assert_true(shortest_ms < (clock_monotonic_ms() - begun_ms) / 2);
}

// Each page that is in use.
static void test_damaged(void **state)
{
    struct fixture *f = *state;
    size_t n, found = 0;
    uint8_t *bytes;

    fixture_add_device(f, MAC_1);
    fixture_close(f);
    assert_int_equal(file_read(f->path, 10000000, &bytes, &n, NULL), 0);
    for (size_t at = PAGE; at + PAGE <= n; at += PAGE) {
        uint8_t saved[PAGE];

        memcpy(saved, bytes + at, PAGE);
        memset(bytes + at, 0x5a, PAGE);
        assert_int_equal(file_replace(f->path, bytes, n, 0600, NULL), 0);

        struct store_check_facts facts = look(f, PATIENCE_MS);

        assert_int_equal(facts.is_whole, facts.damage[0] == '\0');
        assert_null(strchr(facts.damage, '\n'));
        assert_null(strstr(facts.damage, "***"));
        found += !facts.is_whole;
        memcpy(bytes + at, saved, PAGE);
    }
    assert_int_equal(found, n / PAGE - 1);
    memset(bytes, 0x5a, 100);
    assert_int_equal(file_replace(f->path, bytes, n, 0600, NULL), 0);
    assert_false(look(f, PATIENCE_MS).is_whole);
    free(bytes);
    assert_int_equal(unlink(f->path), 0);
    fixture_open(f);
}

static void put_page(struct fixture *f, size_t at, const uint8_t page[PAGE])
{
    FILE *file = fopen(f->path, "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fwrite(page, 1, PAGE, file), PAGE);
    assert_int_equal(fclose(file), 0);
}

// While somebody else has it open, too; but what the log has anew is good, whatever the file has.
static void test_damaged_in_use(void **state)
{
    struct fixture *f = *state;
    uint8_t garbage[PAGE];
    size_t n, found = 0;
    uint8_t *bytes;

    fixture_add_device(f, MAC_1);
    fixture_close(f);
    fixture_open(f);
    fixture_add_device(f, MAC_2);
    assert_int_equal(file_read(f->path, 10000000, &bytes, &n, NULL), 0);
    memset(garbage, 0x5a, sizeof garbage);
    for (size_t at = PAGE; at + PAGE <= n; at += PAGE) {
        put_page(f, at, garbage);
        found += !look(f, PATIENCE_MS).is_whole;
        put_page(f, at, bytes + at);
    }
    free(bytes);
    assert_true(found > 0);
    assert_true(found < n / PAGE - 1);
}

static bool has_fleet(struct fixture *f)
{
    struct err err = {0};
    bool has;

    if (store_check_fleet(f->path, &has, &err) < 0)
        fail_msg("%s", err.message);
    return has;
}

static int add_certificate(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return store_connection_execute(connection,
        "INSERT INTO certificates (serial, fingerprint, common_name, unit, is_server, "
        "not_before_ms, not_after_ms, known_at_ms, origin, revoked_at_ms, reason, with_device) "
        "VALUES ('01', 'x', 'y', '', 0, 1, 2, 1, 0, 0, '', 0)",
        err);
}

static int drop_devices(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return store_connection_execute(connection, "ALTER TABLE devices RENAME TO gone", err);
}

static void test_fleet(void **state)
{
    struct fixture *f = *state;

    assert_false(has_fleet(f));
    fixture_add_device(f, MAC_1);
    assert_true(has_fleet(f)); // as the log alone has it
    fixture_close(f);
    assert_true(has_fleet(f));
    fixture_open(f);
    fixture_write(f, drop_devices, NULL); // of a version that lacks it
    assert_false(has_fleet(f));
    fixture_write(f, add_certificate, NULL);
    assert_true(has_fleet(f));
}

static void test_none(void **state)
{
    struct fixture *f = *state;
    struct store_check_facts facts;
    char path[SCRATCH_PATH_SIZE];
    char longest[2 * PATH_MAX] = "none of ours";
    bool has;

    scratch_path(f->folder, "none", path);
    assert_int_equal(store_check_whole(path, 1000, &facts, NULL), ERR_NOT_FOUND);
    assert_int_equal(store_check_fleet(path, &has, NULL), ERR_NOT_FOUND);
    assert_int_equal(file_replace(path, (const uint8_t *)"", 0, 0600, NULL), 0);
    assert_int_equal(store_check_fleet(path, &has, NULL), 0);
    assert_false(has);
    assert_int_equal(file_replace(path, (const uint8_t *)longest, 5000, 0600, NULL), 0);
    assert_int_equal(store_check_fleet(path, &has, NULL), ERR_INVALID);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(store_check_whole(longest, 1000, &facts, NULL), ERR_INVALID);
    assert_int_equal(store_check_fleet(longest, &has, NULL), ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
        TEST(test_patience),
        TEST(test_damaged),
        TEST(test_damaged_in_use),
        TEST(test_fleet),
        TEST(test_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
