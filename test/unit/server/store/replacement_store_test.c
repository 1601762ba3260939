// Which device replaced which, in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/store/replacement_store.h"
#include "test/unit/server/store/store_fixture.h"

#define MAC_4 "84f3eb000004"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return replacement_store_put(connection, ctx, err);
}

static int relink(struct store_connection *connection, void *ctx, struct err *err)
{
    const char *const *macs = ctx;

    return replacement_store_relink(connection, macs[0], macs[1], err);
}

static void add(
    struct fixture *f, const char *mac, const char *old, const char *place, int64_t at_ms)
{
    struct replacement replacement = {.at_ms = at_ms};

    memcpy(replacement.mac, mac, MAC_SIZE);
    memcpy(replacement.old, old, MAC_SIZE);
    memcpy(replacement.place, place, MAC_SIZE);
    fixture_write(f, put, &replacement);
}

typedef int get(
    struct store_connection *connection, const char *mac, struct replacement *out, struct err *err);

// "MAC<OLD:PLACE@TIME", or "" if there is none.
static void assert_got(struct fixture *f, get *get_one, const char *mac, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    struct replacement got;
    struct err err = {0};
    char text[64] = "";
    int rc = get_one(connection, mac, &got, &err);

    store_read_end(f->store, connection);
    if (rc == 0)
        snprintf(
            text, sizeof text, "%s<%s:%s@%lld", got.mac, got.old, got.place, (long long)got.at_ms);
    else
        assert_int_equal(rc, ERR_NOT_FOUND);
    assert_string_equal(text, expected);
    assert_int_equal(err.message[0] == '\0', rc == 0);
}

static void test_put_and_got(void **state)
{
    struct fixture *f = *state;

    assert_got(f, replacement_store_get, MAC_2, "");
    assert_got(f, replacement_store_get_of, MAC_1, "");
    add(f, MAC_2, MAC_1, MAC_1, 5);
    assert_got(f, replacement_store_get, MAC_2, MAC_2 "<" MAC_1 ":" MAC_1 "@5");
    assert_got(f, replacement_store_get, MAC_1, "");
    assert_got(f, replacement_store_get_of, MAC_1, MAC_2 "<" MAC_1 ":" MAC_1 "@5");
    assert_got(f, replacement_store_get_of, MAC_2, "");
    add(f, MAC_2, MAC_3, MAC_4, 6); // a device has one place
    assert_got(f, replacement_store_get, MAC_2, MAC_2 "<" MAC_3 ":" MAC_4 "@6");
    assert_got(f, replacement_store_get_of, MAC_1, "");
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM replacements"), 1);
    assert_got(f, replacement_store_get, "nobody", "");
    assert_got(f, replacement_store_get_of, "nobody", "");
}

// Of several that replaced one the last; within a millisecond always the same.
static void test_the_last_one(void **state)
{
    struct fixture *f = *state;

    add(f, MAC_3, MAC_1, MAC_1, 7);
    add(f, MAC_2, MAC_1, MAC_1, 6);
    assert_got(f, replacement_store_get_of, MAC_1, MAC_3 "<" MAC_1 ":" MAC_1 "@7");
    add(f, MAC_2, MAC_1, MAC_1, 7);
    assert_got(f, replacement_store_get_of, MAC_1, MAC_2 "<" MAC_1 ":" MAC_1 "@7");
}

// One that gave its place back is nobody's successor.
static void test_given_back(void **state)
{
    struct fixture *f = *state;
    struct replacement back = {
        .mac = MAC_3, .old = MAC_1, .place = MAC_3, .at_ms = 7, .is_given_back = true};
    const char *const macs[] = {MAC_1, MAC_4};
    struct store_connection *connection;
    struct replacement got;

    add(f, MAC_2, MAC_1, MAC_1, 5);
    fixture_write(f, put, &back);
    assert_got(f, replacement_store_get_of, MAC_1, MAC_2 "<" MAC_1 ":" MAC_1 "@5");
    fixture_write(f, relink, (void *)macs);
    assert_got(f, replacement_store_get, MAC_3, MAC_3 "<" MAC_1 ":" MAC_3 "@7");
    connection = fixture_read(f);
    assert_int_equal(replacement_store_get(connection, MAC_3, &got, NULL), 0);
    store_read_end(f->store, connection);
    assert_true(got.is_given_back);
    add(f, MAC_3, MAC_1, MAC_1, 8);
    assert_got(f, replacement_store_get_of, MAC_1, MAC_3 "<" MAC_1 ":" MAC_1 "@8");
}

static void test_relinked(void **state)
{
    struct fixture *f = *state;
    const char *const macs[] = {MAC_2, MAC_1};
    const char *const none[][2] = {{"nobody", MAC_1}, {MAC_1, "nobody"}};

    add(f, MAC_2, MAC_1, MAC_2, 5);
    add(f, MAC_3, MAC_2, MAC_1, 6);
    add(f, MAC_1, MAC_2, MAC_4, 7); // it would replace itself: this one stays
    fixture_write(f, relink, (void *)macs);
    assert_got(f, replacement_store_get, MAC_3, MAC_3 "<" MAC_1 ":" MAC_1 "@6");
    assert_got(f, replacement_store_get, MAC_1, MAC_1 "<" MAC_2 ":" MAC_4 "@7");
    assert_got(f, replacement_store_get, MAC_2, MAC_2 "<" MAC_1 ":" MAC_2 "@5");
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(store_write(f->store, relink, (void *)none[i], NULL), ERR_INVALID);
}

static void test_what_is_no_mac(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < 3; i++) {
        struct replacement replacement = {.mac = MAC_1, .old = MAC_2, .place = MAC_3};
        char *const fields[] = {replacement.mac, replacement.old, replacement.place};
        struct err err = {0};

        fields[i][0] = 'x';
        assert_int_equal(store_write(f->store, put, &replacement, &err), ERR_INVALID);
    }
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM replacements"), 0);
}

static void assert_place(struct fixture *f, const char *mac, const char *expected)
{
    char place[MAC_SIZE];

    assert_int_equal(replacement_store_read_place(f->store, mac, place, NULL), 0);
    assert_string_equal(place, expected);
}

// Who has none of another has its own; who cannot be told has none.
static void test_places(void **state)
{
    struct fixture *f = *state;
    char place[MAC_SIZE] = "untouched";
    struct err err = {0};

    add(f, MAC_2, MAC_1, MAC_3, 5);
    assert_place(f, MAC_2, MAC_3);
    assert_place(f, MAC_1, MAC_1);
    fixture_query(f, "DROP TABLE replacements");
    assert_true(replacement_store_read_place(f->store, MAC_2, place, &err) < 0);
    assert_string_equal(place, "untouched");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_put_and_got),
        TEST(test_the_last_one),
        TEST(test_given_back),
        TEST(test_relinked),
        TEST(test_what_is_no_mac),
        TEST(test_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
