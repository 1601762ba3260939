// The audit log in the database: added to, and read by number and filter.
#include <stdio.h>
#include <string.h>

#include "server/store/audit_store.h"
#include "test/unit/server/store/store_fixture.h"

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return audit_store_add(connection, ctx, err);
}

static int add_row(struct fixture *f, int64_t number, const char *user, const char *object)
{
    struct audit_row row = {.number = number,
        .at_ms = 10 * number,
        .author = {.who = "uid 1000", .pid = 7},
        .verb = "publish",
        .kind = "image",
        .forced = number == 2,
        .before = "{}",
        .after = "{\"a\":1}"};

    snprintf(row.author.user, sizeof row.author.user, "%s", user);
    snprintf(row.object, sizeof row.object, "%s", object);
    memset(row.hash, 'a' + (int)number, sizeof row.hash - 1);
    return store_write(f->store, add, &row, NULL);
}

static int append(const struct audit_row *row, void *ctx)
{
    char *text = ctx;

    sprintf(text + strlen(text), "%lld", (long long)row->number);
    return 0;
}

static void test_filters(void **state)
{
    static const struct {
        struct audit_store_wish wish;
        const char *numbers;
    } cases[] = {
        {{INT64_MIN, INT64_MIN, "", "", 9}, "1234567"},
        {{2, INT64_MIN, "", "", 9}, "34567"},
        {{7, INT64_MIN, "", "", 9}, ""},
        {{INT64_MIN, 20, "", "", 9}, "234567"},
        {{INT64_MIN, 21, "", "", 9}, "34567"},
        {{INT64_MIN, INT64_MIN, "anna", "", 9}, "13"},
        {{INT64_MIN, INT64_MIN, "uid 1000", "", 9}, "1234567"},
        {{INT64_MIN, INT64_MIN, "uid 100", "", 9}, ""},
        {{INT64_MIN, INT64_MIN, "", "image", 9}, "1234567"},
        {{INT64_MIN, INT64_MIN, "", "B-1", 9}, "14"},
        {{INT64_MIN, INT64_MIN, "anna", "B-1", 9}, "1"},
        {{INT64_MIN, INT64_MIN, "", "%", 9}, ""},
        {{INT64_MIN, INT64_MIN, "192.0.2.7", "", 9}, "567"},
        {{INT64_MIN, INT64_MIN, "192.0.2.", "", 9}, ""},
        {{INT64_MIN, INT64_MIN, "ci", "", 9}, "6"},
        {{INT64_MIN, INT64_MIN, "i", "", 9}, ""},
        {{INT64_MIN, INT64_MIN, "token ci", "", 9}, "6"},
        {{INT64_MIN, INT64_MIN, "token", "", 9}, ""},
        {{INT64_MIN, INT64_MIN, "192.0.2.7, token cilium", "", 9}, "7"},
        {{INT64_MIN, INT64_MIN, "a name that is longer than all of them", "", 9}, ""},
        {{INT64_MIN, INT64_MIN, "", "", 2}, "12"},
    };
    struct fixture *f = *state;

    assert_int_equal(add_row(f, 1, "anna", "B-1"), 0);
    assert_int_equal(add_row(f, 2, "otto", "B-2"), 0);
    assert_int_equal(add_row(f, 3, "anna", "B-3"), 0);
    assert_int_equal(add_row(f, 4, "otto", "B-1"), 0);
    assert_int_equal(add_row(f, 4, "otto", "B-1"), ERR_CONFLICT);
    assert_int_equal(add_row(f, 5, "192.0.2.7", "B-5"), 0);
    assert_int_equal(add_row(f, 6, "192.0.2.7, token ci", "B-6"), 0);
    assert_int_equal(add_row(f, 7, "192.0.2.7, token cilium", "B-7"), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct store_connection *connection = fixture_read(f);
        char numbers[16] = "";

        assert_int_equal(audit_store_page(connection, &cases[i].wish, append, numbers, NULL), 0);
        store_read_end(f->store, connection);
        assert_string_equal(numbers, cases[i].numbers);
    }
}

static int copy(const struct audit_row *row, void *ctx)
{
    *(struct audit_row *)ctx = *row;
    return 1;
}

static struct audit_row first(struct fixture *f)
{
    struct audit_store_wish wish = {INT64_MIN, INT64_MIN, "", "", 9};
    struct store_connection *connection = fixture_read(f);
    struct audit_row row;

    assert_int_equal(audit_store_page(connection, &wish, copy, &row, NULL), 1);
    store_read_end(f->store, connection);
    return row;
}

static void test_a_row_comes_back_whole(void **state)
{
    struct fixture *f = *state;
    struct audit_row row;

    assert_int_equal(add_row(f, 2, "anna", "B-1"), 0);
    row = first(f);
    assert_int_equal(row.number, 2);
    assert_int_equal(row.at_ms, 20);
    assert_string_equal(row.author.who, "uid 1000");
    assert_string_equal(row.author.user, "anna");
    assert_int_equal(row.author.pid, 7);
    assert_string_equal(row.verb, "publish");
    assert_string_equal(row.kind, "image");
    assert_string_equal(row.object, "B-1");
    assert_true(row.forced);
    assert_string_equal(row.before, "{}");
    assert_string_equal(row.after, "{\"a\":1}");
    assert_int_equal(strspn(row.hash, "c"), AUDIT_HASH_SIZE - 1);
}

// What would not be seen otherwise is marked.
static void test_what_does_not_fit(void **state)
{
    static const char *const members[] = {
        "who", "user_name", "verb", "kind", "object", "before_json", "after_json", "hash"};
    struct fixture *f = *state;
    char sql[200];

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        fixture_query(f, "DELETE FROM audit");
        assert_int_equal(add_row(f, 1, "anna", "B-1"), 0);
        assert_true(first(f).hash[0] != '\0');
        snprintf(sql, sizeof sql, "UPDATE audit SET %s = %s || char(0)", members[i], members[i]);
        fixture_query(f, sql);
        assert_true(first(f).hash[0] == '\0');
        snprintf(sql, sizeof sql, "UPDATE audit SET %s = printf('%%5120s', '')", members[i]);
        fixture_query(f, sql);
        assert_true(first(f).hash[0] == '\0');
    }
}

static void test_the_head(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection = fixture_read(f);
    char hash[AUDIT_HASH_SIZE];
    int64_t number = 9;

    assert_int_equal(audit_store_get_head(connection, &number, hash, NULL), ERR_NOT_FOUND);
    assert_int_equal(number, 0);
    store_read_end(f->store, connection);
    assert_int_equal(add_row(f, 1, "anna", "B-1"), 0);
    assert_int_equal(add_row(f, 2, "anna", "B-1"), 0);
    connection = fixture_read(f);
    assert_int_equal(audit_store_get_head(connection, &number, hash, NULL), 0);
    assert_int_equal(number, 2);
    assert_int_equal(strspn(hash, "c"), AUDIT_HASH_SIZE - 1);
    store_read_end(f->store, connection);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_filters),
        TEST(test_a_row_comes_back_whole),
        TEST(test_what_does_not_fit),
        TEST(test_the_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
