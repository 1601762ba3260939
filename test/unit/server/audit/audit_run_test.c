// A change and its row: both or neither; and what becomes of rows that somebody else has touched.
#include <stdio.h>
#include <string.h>

#include "server/audit/audit_check.h"
#include "server/audit/audit_run.h"
#include "server/store/audit_store.h"
#include "server/store/key_permit_store.h"
#include "test/unit/server/store/store_fixture.h"

static const struct audit_author anna = {.who = "uid 1000", .user = "anna", .pid = 42};

static int allow(struct store_connection *connection, void *ctx, struct err *err)
{
    struct key_permit permit = {.mac = MAC_1, .allowed_by = "x", .allowed_at_ms = *(int64_t *)ctx};

    return key_permit_store_put(connection, &permit, err);
}

static int allow_and_fail(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = allow(connection, ctx, err);

    return rc < 0 ? rc : err_set(err, ERR_CONFLICT, "no");
}

static int change(struct fixture *f, int64_t at_ms)
{
    struct audit_change audit = {
        .by = &anna, .verb = "allow-key", .kind = AUDIT_DEVICE, .object = MAC_1};

    return audit_run(f->store, &audit, allow, &at_ms, NULL);
}

static int64_t count(struct fixture *f)
{
    return fixture_query(f, "SELECT count(*) FROM audit");
}

static int64_t allowed_at(struct fixture *f)
{
    return fixture_query(f, "SELECT allowed_at_ms FROM key_permits");
}

static void test_a_change_writes_a_row(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(change(f, 7), 0);
    assert_int_equal(change(f, 7), 0); // as it was: none
    assert_int_equal(count(f), 1);
    assert_int_equal(change(f, 8), 0);
    assert_int_equal(count(f), 2);
    assert_int_equal(
        fixture_query(f,
            "SELECT count(*) FROM audit WHERE number = 2 AND who = 'uid 1000'"
            " AND user_name = 'anna' AND pid = 42 AND verb = 'allow-key' AND kind = 'device'"
            " AND object = '" MAC_1 "' AND forced = 0 AND at_ms > 0"
            " AND before_json = '{\"key_allowed_at_ms\":7,\"key_fetched_at_ms\":0}'"
            " AND after_json = '{\"key_allowed_at_ms\":8,\"key_fetched_at_ms\":0}'"),
        1);
}

static void test_no_row_without_its_change(void **state)
{
    struct audit_change audit = {.verb = "allow-key", .kind = AUDIT_DEVICE, .object = MAC_1};
    struct fixture *f = *state;
    int64_t at_ms = 7;

    assert_int_equal(audit_run(f->store, &audit, allow_and_fail, &at_ms, NULL), ERR_CONFLICT);
    assert_int_equal(count(f), 0);
    assert_int_equal(allowed_at(f), -1);
}

static void tell_too_much(struct audit_told *told, const void *ctx)
{
    char text[AUDIT_STATE_SIZE];

    (void)ctx;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    audit_json_add_text(&told->after, "a", text);
}

static void test_no_change_without_its_row(void **state)
{
    struct audit_change audit = {.verb = "allow-key", .kind = AUDIT_DEVICE, .tell = tell_too_much};
    struct fixture *f = *state;
    int64_t at_ms = 7;

    assert_int_equal(audit_run(f->store, &audit, allow, &at_ms, NULL), ERR_TOO_LARGE);
    assert_int_equal(allowed_at(f), -1);
    fixture_close(f);
    fixture_query(f, "ALTER TABLE audit RENAME TO gone");
    fixture_open(f);
    assert_int_equal(change(f, 7), ERR_IO);
    assert_int_equal(allowed_at(f), -1);
}

static void tell_nothing(struct audit_told *told, const void *ctx)
{
    (void)told;
    (void)ctx;
}

static void tell_one(struct audit_told *told, const void *ctx)
{
    snprintf(told->object, sizeof told->object, "told");
    audit_json_add_number(&told->after, "a", *(const int64_t *)ctx);
}

static void test_what_is_told(void **state)
{
    struct audit_change audit = {
        .verb = "allow-key", .kind = AUDIT_COMMAND, .forced = true, .tell = tell_nothing};
    struct fixture *f = *state;
    int64_t at_ms = 7;

    assert_int_equal(audit_run(f->store, &audit, allow, &at_ms, NULL), 0);
    assert_int_equal(count(f), 0);
    audit.tell = tell_one;
    assert_int_equal(audit_run(f->store, &audit, allow, &at_ms, NULL), 0);
    assert_int_equal(
        fixture_query(f,
            "SELECT count(*) FROM audit WHERE who = 'daemon' AND user_name = '' AND pid = 0"
            " AND kind = 'command' AND object = 'told' AND forced = 1"
            " AND before_json = '' AND after_json = '{\"a\":7}'"),
        1);
}

static void expect_bad(
    struct fixture *f, const struct audit_anchor *anchor, int64_t bad, const char *what)
{
    struct audit_chain of_store;
    struct audit_chain of_file;

    assert_int_equal(audit_check_store(f->store, anchor, &of_store, NULL), 0);
    assert_int_equal(audit_check_file(f->path, anchor, &of_file, NULL), 0);
    if (of_store.bad != bad || of_file.bad != bad)
        fail_msg("%s: row %lld and %lld: %s", what, (long long)of_store.bad, (long long)of_file.bad,
            of_store.reason);
}

// What somebody with the database in his hands may do to five rows. bad: the row that is named; 0:
// the database refuses it.
static const struct {
    const char *sql[2];
    int64_t bad;
} tamperings[] = {
    {{"DELETE FROM audit WHERE number = 1"}, 1},
    {{"DELETE FROM audit WHERE number = 3"}, 3},
    {{"UPDATE audit SET at_ms = at_ms + 1 WHERE number = 2"}, 2},
    {{"UPDATE audit SET who = 'uid 0' WHERE number = 2"}, 2},
    {{"UPDATE audit SET user_name = '' WHERE number = 2"}, 2},
    {{"UPDATE audit SET pid = 0 WHERE number = 2"}, 2},
    {{"UPDATE audit SET verb = 'x' WHERE number = 2"}, 2},
    {{"UPDATE audit SET kind = 'x' WHERE number = 2"}, 2},
    {{"UPDATE audit SET object = 'x' WHERE number = 2"}, 2},
    {{"UPDATE audit SET forced = 1 WHERE number = 2"}, 2},
    {{"UPDATE audit SET forced = 2 WHERE number = 2"}, 2},
    {{"UPDATE audit SET before_json = '' WHERE number = 2"}, 2},
    {{"UPDATE audit SET after_json = '' WHERE number = 2"}, 2},
    {{"UPDATE audit SET object = object || char(0) || 'x' WHERE number = 2"}, 2},
    {{"UPDATE audit SET object = printf('%s%2000s', object, '') WHERE number = 2"}, 2},
    {{"UPDATE audit SET hash = upper(hash) WHERE number = 2"}, 2},
    {{"UPDATE audit SET number = -number WHERE number = 2"}, 0},
    {{"UPDATE audit SET pid = pid + 0.5 WHERE number = 2"}, 0},
    {{"UPDATE audit SET object = CAST(object AS BLOB) WHERE number = 2"}, 0},
    {{"UPDATE audit SET number = 9 WHERE number = 2",
         "UPDATE audit SET number = number - 1 WHERE number > 2"},
        2},
    {{"INSERT INTO audit SELECT 6, at_ms, who, user_name, pid, verb, kind, object, forced,"
      " before_json, after_json, hash FROM audit WHERE number = 5"},
        6},
};

static void spoil(struct fixture *f, size_t i)
{
    struct store_connection *connection;

    assert_int_equal(store_connection_open(f->path, false, &connection, NULL), 0);
    for (size_t k = 0; k < 2 && tamperings[i].sql[k] != NULL; k++)
        assert_int_equal(store_connection_execute(connection, tamperings[i].sql[k], NULL) == 0,
            tamperings[i].bad != 0);
    store_connection_close(connection);
}

static void test_tampering_is_found(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof tamperings / sizeof tamperings[0]; i++) {
        fixture_query(f, "DELETE FROM audit");
        fixture_query(f, "DELETE FROM key_permits");
        for (int64_t k = 1; k <= 5; k++)
            assert_int_equal(change(f, k), 0);
        expect_bad(f, NULL, 0, "as written");
        spoil(f, i);
        expect_bad(f, NULL, tamperings[i].bad, tamperings[i].sql[0]);
    }
}

static void test_a_cut_tail_needs_an_anchor(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    struct audit_anchor anchor;

    for (int64_t k = 1; k <= 5; k++)
        assert_int_equal(change(f, k), 0);
    connection = fixture_read(f);
    assert_int_equal(audit_check_head(connection, &anchor, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(anchor.number, 5);
    expect_bad(f, &anchor, 0, "whole");
    fixture_query(f, "DELETE FROM audit WHERE number >= 4");
    expect_bad(f, NULL, 0, "cut, and nobody knows");
    expect_bad(f, &anchor, 4, "cut");
    assert_int_equal(change(f, 9), 0); // goes on in another way
    assert_int_equal(change(f, 10), 0);
    expect_bad(f, NULL, 0, "written anew");
    expect_bad(f, &anchor, 5, "written anew");
}

static void test_an_empty_log(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection = fixture_read(f);
    struct audit_anchor anchor;

    assert_int_equal(audit_check_head(connection, &anchor, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(anchor.number, 0);
    assert_string_equal(anchor.hash, AUDIT_CHAIN_START);
    expect_bad(f, &anchor, 0, "nothing");
}

// More than one piece.
static void test_many_rows(void **state)
{
    struct fixture *f = *state;
    struct audit_chain chain;

    for (int64_t k = 1; k <= 5; k++)
        assert_int_equal(change(f, k), 0);
    fixture_query(f,
        "WITH RECURSIVE n(i) AS (SELECT 6 UNION ALL SELECT i + 1 FROM n WHERE i < 1030)"
        " INSERT INTO audit SELECT i, 1, '', '', 0, '', '', '', 0, '', '', '' FROM n");
    assert_int_equal(audit_check_store(f->store, NULL, &chain, NULL), 0);
    assert_int_equal(chain.bad, 6);
    fixture_query(f, "DELETE FROM audit WHERE number > 5");
    for (int64_t k = 6; k <= 1030; k++)
        assert_int_equal(change(f, k), 0);
    assert_int_equal(audit_check_store(f->store, NULL, &chain, NULL), 0);
    assert_int_equal(chain.bad, 0);
    assert_int_equal(chain.head.number, 1030);
    fixture_query(f, "UPDATE audit SET pid = 1 WHERE number = 1029");
    expect_bad(f, NULL, 1029, "in the second piece");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_change_writes_a_row),
        TEST(test_no_row_without_its_change),
        TEST(test_no_change_without_its_row),
        TEST(test_what_is_told),
        TEST(test_tampering_is_found),
        TEST(test_a_cut_tail_needs_an_anchor),
        TEST(test_an_empty_log),
        TEST(test_many_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
