// A look into a database beside whoever works on it: it tells the newest, and changes nothing.
#include "server/store/store_look.h"

#include <stdio.h>

#include "server/store/replacement_store.h"
#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    struct replacement replacement = {.mac = MAC_1, .old = MAC_2, .place = MAC_3, .at_ms = 1};

    (void)ctx;
    return replacement_store_put(connection, &replacement, err);
}

static void assert_place(struct fixture *f)
{
    struct store_connection *connection = NULL;
    struct replacement replacement;
    struct err err = {0};

    if (store_look_open(f->path, &connection, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(replacement_store_get(connection, MAC_1, &replacement, &err), 0);
    assert_string_equal(replacement.place, MAC_3);
    assert_true(replacement_store_put(connection, &replacement, &err) < 0); // it cannot write
    store_connection_close(connection);
}

static void test_beside_who_works_on_it(void **state)
{
    struct fixture *f = *state;

    fixture_write(f, put, NULL);
    assert_place(f); // it is in the log alone
}

// Without files of its own, which would be another user's.
static void test_while_nobody_does(void **state)
{
    struct fixture *f = *state;

    fixture_write(f, put, NULL);
    fixture_close(f);
    assert_int_equal(scratch_count(f->folder), 1);
    assert_place(f);
    assert_int_equal(scratch_count(f->folder), 1);
}

// What an earlier version wrote is not asked for what it cannot have.
static void test_earlier_version(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection = NULL;
    struct err err = {0};
    sqlite3 *db;

    fixture_close(f);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 10", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(store_look_open(f->path, &connection, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "start the daemon once"));
    assert_null(connection);
}

static void test_none(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection = NULL;
    struct err err = {0};
    char path[SCRATCH_PATH_SIZE];

    fixture_close(f);
    scratch_path(f->folder, "none", path);
    assert_int_equal(store_look_open(path, &connection, &err), ERR_NOT_FOUND);
    scratch_path(f->path, "none", path); // below a file
    assert_int_equal(store_look_open(path, &connection, &err), ERR_NOT_FOUND);
    assert_int_equal(scratch_count(f->folder), 1);

    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        (void)fputs("no database\n", file);
    (void)fclose(file);
    assert_int_equal(store_look_open(f->path, &connection, &err), ERR_IO);
    assert_non_null(strstr(err.message, f->path));
    assert_null(connection);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_beside_who_works_on_it),
        TEST(test_while_nobody_does),
        TEST(test_earlier_version),
        TEST(test_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
