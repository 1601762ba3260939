// The policy of a board, and images that must be passed through: what is refused, and what is kept.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/release/release_find.h"
#include "server/release/release_policy.h"
#include "server/store/image_store.h"
#include "test/unit/server/store/store_fixture.h"

// Published; the key that signed it and those that it embeds, as letters.
struct shape {
    const char *name;
    char signer;
    const char *embeds;
};

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct shape *shape = ctx;
    struct image image = {.state = IMAGE_PUBLISHED, .embeds_from = "descriptor"};

    assert_true(image_name_parse(shape->name, strlen(shape->name), &image.name));
    image.signer[0] = shape->signer;
    for (; shape->embeds[image.embeds_count] != '\0'; image.embeds_count++)
        image.embeds[image.embeds_count][0] = shape->embeds[image.embeds_count];
    return image_store_add(connection, &image, err);
}

static struct release *open_with(struct fixture *f, struct shape *shapes, size_t n)
{
    struct release *release;

    for (size_t i = 0; i < n; i++)
        fixture_write(f, add, &shapes[i]);
    assert_int_equal(release_open(f->store, &release, NULL), 0);
    return release;
}

static int set_policy(
    struct release *release, const char *board, enum board_policy policy, bool force)
{
    const struct release_policy_wish wish = {board, policy, force, NULL};

    return release_policy_set(release, &wish, NULL);
}

static int mark(struct release *release, const char *image, bool must_pass, bool force)
{
    const struct release_policy_mark wish = {image, must_pass, force, NULL};

    return release_policy_mark_image(release, &wish, NULL);
}

// To a device on A-1.
static void assert_next(struct release *release, const char *expected)
{
    const struct release_catalogue *catalogue = release_hold(release);
    const struct image *next;
    struct image_name running;
    size_t first;
    size_t n = release_find_board(catalogue, "A", &first);

    assert_true(image_name_parse("A-1", 3, &running));
    assert_int_equal(
        release_chain_next(catalogue->members + first, n, &running, &next), RELEASE_NEXT);
    assert_string_equal(next->name.text, expected);
    release_drop(release, catalogue);
}

static void test_policy_is_kept(void **state)
{
    static struct shape shapes[] = {
        {"A-1", 'a', "a"}, {"A-2", 'a', "a"}, {"A-3", 'a', "a"}, {"B-1", 'a', "a"}};
    struct fixture *f = *state;
    struct release *release = open_with(f, shapes, 4);

    assert_next(release, "A-2");
    assert_int_equal(set_policy(release, "B", BOARD_POLICY_LEAP, false), 0);
    assert_next(release, "A-2");
    assert_int_equal(set_policy(release, "C", BOARD_POLICY_LEAP, true), ERR_NOT_FOUND);
    assert_int_equal(set_policy(release, "A", BOARD_POLICY_LEAP, false), 0);
    assert_next(release, "A-3");
    assert_int_equal(mark(release, "A-2", true, false), 0);
    assert_next(release, "A-2");
    assert_int_equal(mark(release, "A-9", true, false), ERR_NOT_FOUND);
    release_close(release);
    assert_int_equal(release_open(f->store, &release, NULL), 0);
    assert_next(release, "A-2");
    assert_int_equal(mark(release, "A-2", false, false), 0);
    assert_next(release, "A-3");
    assert_int_equal(set_policy(release, "A", BOARD_POLICY_STEP, false), 0);
    assert_next(release, "A-2");
    release_close(release);
}

// The second cannot be verified: who leaps does not need it.
static void test_what_strands_is_refused(void **state)
{
    static struct shape shapes[] = {{"A-1", 'a', "a"}, {"A-2", 'b', "a"}, {"A-3", 'a', "a"}};
    struct fixture *f = *state;
    struct release *release = open_with(f, shapes, 3);

    assert_int_equal(set_policy(release, "A", BOARD_POLICY_LEAP, false), 0);
    assert_next(release, "A-3");
    assert_int_equal(mark(release, "A-2", true, false), ERR_CONFLICT);
    assert_int_equal(set_policy(release, "A", BOARD_POLICY_STEP, false), ERR_CONFLICT);
    assert_next(release, "A-3");
    assert_int_equal(mark(release, "A-2", true, true), 0);
    assert_int_equal(fixture_query(f, "SELECT must_pass FROM images WHERE name = 'A-2'"), 1);
    assert_int_equal(set_policy(release, "A", BOARD_POLICY_STEP, true), 0);
    assert_int_equal(fixture_query(f, "SELECT policy FROM boards"), BOARD_POLICY_STEP);
    release_close(release);
}

static void test_pins(void **state)
{
    static struct shape shapes[] = {{"A-1", 'a', "a"}, {"A-2", 'a', "b"}, {"A-3", 'a', "c"},
        {"A-4", 'b', "b"}, {"B-3", 'a', "a"}};
    static const struct {
        const char *running, *pin;
        int rc;
    } rows[] = {
        {"A-1", "A-3", ERR_CONFLICT}, // a dead end
        {"A-1", "A-2", 0},
        {"A-1", "A-4", 0},
        {"A-1", "A-1", 0},
        {"A-2", "A-1", 0},
        {"A-3", "A-3", 0},
        {"A-1", "A-5", 0},
        {"A-0", "A-3", 0},
        {"A-1", "B-3", 0},
        {"C-1", "C-2", 0},
    };
    struct fixture *f = *state;
    struct release *release = open_with(f, shapes, 5);
    const struct release_catalogue *catalogue;

    // The third has no successor that it verifies, and nobody is to come to it.
    assert_int_equal(set_policy(release, "A", BOARD_POLICY_LEAP, true), 0);
    catalogue = release_hold(release);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image_name running, pin;

        assert_true(image_name_parse(rows[i].running, 3, &running));
        assert_true(image_name_parse(rows[i].pin, 3, &pin));
        struct release_policy_pin wish = {&running, &pin, CHANNEL_STABLE};

        if (release_policy_check_pin(catalogue, &wish, NULL) != rows[i].rc)
            fail_msg("%s, %s", rows[i].running, rows[i].pin);
    }
    release_drop(release, catalogue);
    release_close(release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_policy_is_kept, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            test_what_strands_is_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_pins, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
