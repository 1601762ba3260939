// Going through the rows of a statement.
#include "server/store/statement.h"
#include "test/unit/server/store/store_fixture.h"

#define ROWS "SELECT column1 FROM (VALUES (1), (2), (3))"
// Its second row is an error.
#define BROKEN "SELECT json(column1) FROM (VALUES ('1'), ('x'), ('3'))"

struct run {
    const char *sql;
    int stop_at; // the row after which the caller has enough; 0: never
    int stop_with;
    int rows, rc;
};

static void test_next(void **state)
{
    static const struct run runs[] = {
        {ROWS, 0, 0, 3, 0},
        {ROWS, 1, 7, 1, 7},
        {ROWS, 2, ERR_INVALID, 2, ERR_INVALID},
        {ROWS, 3, 7, 3, 7},
        {ROWS " WHERE column1 > 3", 0, 0, 0, 0},
        {BROKEN, 0, 0, 1, ERR_IO},
        {BROKEN, 1, 7, 1, 7},
        {"SELECT nothing FROM nowhere", 0, 0, 0, ERR_IO},
    };
    struct store_connection *connection = fixture_read(*state);

    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        const struct run *run = &runs[i];
        struct err err = {0};
        struct statement s;
        int rows = 0;
        int rc = 0;

        statement_open(&s, connection, run->sql);
        while (statement_next(&s, &rc, &err))
            if (++rows == run->stop_at)
                rc = run->stop_with;
        assert_int_equal(rows, run->rows);
        assert_int_equal(rc, run->rc);
        assert_int_equal(err.code, run->rc == ERR_IO ? ERR_IO : 0);
        assert_null(s.handle); // closed
    }
    store_read_end(((struct fixture *)*state)->store, connection);
}

// One that was left before its end can be run again from its first row.
static void test_again(void **state)
{
    struct store_connection *connection = fixture_read(*state);

    for (int stop_at = 1; stop_at <= 3; stop_at++) {
        struct statement s;
        int64_t last = 0;
        int rc = 0;

        statement_open(&s, connection, ROWS);
        assert_true(s.cached);
        while (statement_next(&s, &rc, NULL)) {
            assert_int_equal(statement_int(&s, 0), last + 1);
            last = statement_int(&s, 0);
            rc = last == stop_at;
        }
        assert_int_equal(last, stop_at);
    }
    store_read_end(((struct fixture *)*state)->store, connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_next, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_again, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
