// Which images devices get that are held or pinned.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/release/release_pin.h"
#include "test/unit/server/store/store_fixture.h"

static const struct {
    int64_t held_at_ms;
    const char *pin;
    const char *image;
    enum release_pin_answer answer;
} rows[] = {
    {0, "", "B-1.1", RELEASE_PIN_FREE},
    {1, "", "B-1.1", RELEASE_PIN_HELD},
    {1, "B-1.1", "B-1.1", RELEASE_PIN_HELD},
    {0, "B-1.2", "B-1.1", RELEASE_PIN_FREE},
    {0, "B-1.1", "B-1.1", RELEASE_PIN_FREE},
    {0, "B-1.1", "B-1.2", RELEASE_PIN_BEYOND},
    {0, "B-1.9", "B-1.10", RELEASE_PIN_BEYOND},
    {0, "A-1.9", "B-1.1", RELEASE_PIN_OTHER_BOARD},
    {0, "nonsense", "B-1.1", RELEASE_PIN_OTHER_BOARD},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct device_mark mark = {.held_at_ms = rows[i].held_at_ms, .is_canary = true};
        struct image_name image;

        snprintf(mark.pin, sizeof mark.pin, "%s", rows[i].pin);
        assert_true(image_name_parse(rows[i].image, strlen(rows[i].image), &image));
        if (release_pin_judge(&mark, &image) != rows[i].answer)
            fail_msg("%s, %s", rows[i].pin, rows[i].image);
    }
}

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return mark_store_put(connection, MAC_1, ctx, err);
}

static enum release_pin_answer decide(
    struct fixture *f, const char *mac, struct release_pin_way *way)
{
    enum release_pin_answer answer;

    assert_int_equal(
        release_chain_next(way->members, way->n, way->running, &way->next), RELEASE_NEXT);
    assert_int_equal(release_pin_decide(f->store, mac, way, &answer, NULL), 0);
    return answer;
}

// What is furthest may be beyond the pin, and something before it on the way.
static void test_decides_by_the_store(void **state)
{
    struct fixture *f = *state;
    struct device_mark mark = {.pin = "B-1"};
    struct release_member members[3] = {{.devices = 0}};
    struct release_pin_way way = {.members = members, .n = 3};

    for (size_t i = 0; i < 3; i++) {
        char name[] = {'B', '-', (char)('1' + i), '\0'};

        members[i].policy = BOARD_POLICY_LEAP;
        members[i].image = (struct image){
            .state = IMAGE_PUBLISHED, .signer = "a", .embeds = {"a"}, .embeds_count = 1};
        assert_true(image_name_parse(name, 3, &members[i].image.name));
    }
    release_chain_plan(members, 3);
    way.running = &members[0].image.name;
    fixture_add_device(f, MAC_1);
    assert_int_equal(decide(f, MAC_1, &way), RELEASE_PIN_FREE);
    assert_ptr_equal(way.next, &members[2].image);
    fixture_write(f, put, &mark);
    assert_int_equal(decide(f, MAC_1, &way), RELEASE_PIN_BEYOND);
    memcpy(mark.pin, "B-2", 4);
    fixture_write(f, put, &mark);
    assert_int_equal(decide(f, MAC_1, &way), RELEASE_PIN_FREE);
    assert_ptr_equal(way.next, &members[1].image);
    assert_int_equal(decide(f, MAC_2, &way), RELEASE_PIN_FREE);
    assert_ptr_equal(way.next, &members[2].image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test_setup_teardown(
            test_decides_by_the_store, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
