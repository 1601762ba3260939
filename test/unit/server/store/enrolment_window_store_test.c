// The window of enrolment: kept whole, and closed by its time or when it is full.
#include "server/store/enrolment_window_store.h"

#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return enrolment_window_store_put(connection, ctx, err);
}

static struct enrolment_window get(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct enrolment_window found;

    assert_int_equal(enrolment_window_store_get(connection, &found, NULL), 0);
    store_read_end(f->store, connection);
    return found;
}

static void test_whole(void **state)
{
    struct fixture *f = *state;
    struct enrolment_window window = {99, 7, 2, "uid 1", 5};
    struct enrolment_window found = get(f);

    assert_int_equal(found.until_ms, 0);
    assert_int_equal(found.decided_at_ms, 0);
    fixture_write(f, put, &window);
    window.until_ms = 100;
    window.let_in = 3;
    fixture_write(f, put, &window);
    found = get(f);
    assert_int_equal(found.until_ms, 100);
    assert_int_equal(found.at_most, 7);
    assert_int_equal(found.let_in, 3);
    assert_int_equal(found.decided_at_ms, 5);
    assert_string_equal(found.decided_by, "uid 1");
}

static void test_when_it_is_open(void **state)
{
    struct enrolment_window window = {.until_ms = 100, .at_most = 2};

    (void)state;
    assert_true(enrolment_window_store_is_on(&window, 99));
    assert_false(enrolment_window_store_is_on(&window, 100));
    assert_true(enrolment_window_store_has_room(&window, 99));
    assert_false(enrolment_window_store_has_room(&window, 100));
    window.let_in = 1;
    assert_true(enrolment_window_store_has_room(&window, 99));
    window.let_in = 2;
    assert_false(enrolment_window_store_has_room(&window, 99));
    assert_true(enrolment_window_store_is_on(&window, 99));
    window = (struct enrolment_window){.until_ms = 100}; // of an earlier version's database
    assert_false(enrolment_window_store_has_room(&window, 99));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
        TEST(test_when_it_is_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
