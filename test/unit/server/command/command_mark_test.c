// What an operator says of devices: tags, held, pinned, canary.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/command/command_mark.h"
#include "server/store/tag_store.h"
#include "test/unit/server/store/store_fixture.h"

static const struct audit_author by = {.who = "uid 7"};

static int set_pin(struct fixture *f, const char *image, struct device_mark *out, struct err *err)
{
    const struct command_mark_pin wish = {MAC_1, image, false, &by, NULL};

    return command_mark_set_pin(f->store, &wish, out, err);
}

static int set_canary(struct fixture *f, bool on, struct device_mark *out, struct err *err)
{
    const struct command_mark_canary wish = {MAC_1, on, &by, false, NULL};

    return command_mark_set_canary(f->store, &wish, out, err);
}

static int see(const char *tag, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 64, "%s ", tag);
    return 0;
}

static void assert_tags(struct fixture *f, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[256] = "";

    assert_int_equal(tag_store_each(connection, MAC_1, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

static void test_tags(void **state)
{
    static const char *const two[] = {"north", "cellar"};
    static const char *const odd[] = {"lab", "wash room"};
    struct fixture *f = *state;
    struct command_mark_tags wish = {.mac = MAC_1, .add = two, .add_count = 2};
    struct err err = {0};

    assert_int_equal(command_mark_set_tags(f->store, &wish, &err), ERR_NOT_FOUND);
    fixture_add_device(f, MAC_1);
    assert_int_equal(command_mark_set_tags(f->store, &wish, &err), 0);
    assert_tags(f, "cellar north ");
    wish = (struct command_mark_tags){.mac = MAC_1, .add = odd, .add_count = 2};
    assert_int_equal(command_mark_set_tags(f->store, &wish, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "\"wash room\" is no tag"));
    wish = (struct command_mark_tags){.mac = MAC_1, .remove = odd, .remove_count = 2};
    assert_int_equal(command_mark_set_tags(f->store, &wish, &err), ERR_INVALID);
    assert_tags(f, "cellar north ");
    wish = (struct command_mark_tags){
        .mac = MAC_1, .add = odd, .add_count = 1, .remove = two, .remove_count = 1};
    assert_int_equal(command_mark_set_tags(f->store, &wish, &err), 0);
    assert_tags(f, "cellar lab ");
    wish = (struct command_mark_tags){
        .mac = MAC_1, .add = two, .add_count = 2, .remove = two + 1, .remove_count = 1};
    assert_int_equal(command_mark_set_tags(f->store, &wish, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "\"cellar\" is both to be added and to be removed"));
    assert_tags(f, "cellar lab ");
}

static void test_hold(void **state)
{
    struct fixture *f = *state;
    char long_reason[MARK_STORE_REASON_SIZE + 1];
    struct command_mark_hold wish = {MAC_1, true, &by, "broken roof", false, NULL};
    struct audit_author another = {.who = "uid 8"};
    struct device_mark mark;
    struct err err = {0};
    int64_t since_ms;

    assert_int_equal(command_mark_set_hold(f->store, &wish, &mark, &err), ERR_NOT_FOUND);
    fixture_add_device(f, MAC_1);
    assert_int_equal(command_mark_set_hold(f->store, &wish, &mark, &err), 0);
    assert_true(mark.held_at_ms > 0);
    assert_string_equal(mark.held_by, "uid 7");
    assert_string_equal(mark.hold_reason, "broken roof");
    since_ms = mark.held_at_ms;
    memset(long_reason, 'a', MARK_STORE_REASON_SIZE);
    long_reason[MARK_STORE_REASON_SIZE] = '\0';
    wish.reason = long_reason;
    assert_int_equal(command_mark_set_hold(f->store, &wish, &mark, &err), ERR_INVALID);
    long_reason[MARK_STORE_REASON_SIZE - 1] = '\0';
    assert_int_equal(command_mark_set_hold(f->store, &wish, &mark, &err), 0);
    assert_int_equal(mark.held_at_ms, since_ms);
    assert_string_equal(mark.hold_reason, long_reason);
    wish = (struct command_mark_hold){MAC_1, true, &another, NULL, false, NULL};
    assert_int_equal(command_mark_set_hold(f->store, &wish, &mark, &err), 0);
    assert_string_equal(mark.hold_reason, long_reason);
    assert_string_equal(mark.held_by, "uid 7");
    wish.reason = "";
    assert_int_equal(command_mark_set_hold(f->store, &wish, &mark, &err), 0);
    assert_string_equal(mark.hold_reason, "");
    assert_string_equal(mark.held_by, "uid 8");
    wish.reason = "\xff";
    assert_int_equal(command_mark_set_hold(f->store, &wish, &mark, &err), ERR_INVALID);
    wish = (struct command_mark_hold){MAC_1, false, &by, NULL, false, NULL};
    assert_int_equal(command_mark_set_hold(f->store, &wish, &mark, &err), 0);
    assert_int_equal(mark.held_at_ms, 0);
    assert_string_equal(mark.held_by, "");
    assert_string_equal(mark.hold_reason, "");
}

static void test_pin_and_canary(void **state)
{
    struct fixture *f = *state;
    struct device_record device = fixture_device(MAC_1);
    struct device_mark mark;
    struct err err = {0};

    assert_int_equal(set_pin(f, "B-1", &mark, &err), ERR_NOT_FOUND);
    assert_int_equal(set_canary(f, true, &mark, &err), ERR_NOT_FOUND);
    fixture_write(f, fixture_put, &device);
    assert_int_equal(set_pin(f, "B-1", &mark, &err), 0);
    assert_string_equal(mark.pin, "B-1");
    assert_int_equal(set_pin(f, "nonsense", &mark, &err), ERR_INVALID);
    snprintf(device.status.image, sizeof device.status.image, "A-1");
    fixture_write(f, fixture_put, &device);
    assert_int_equal(set_pin(f, "B-1", &mark, &err), ERR_CONFLICT);
    assert_int_equal(set_pin(f, "A-2", &mark, &err), 0);
    assert_int_equal(set_canary(f, true, &mark, &err), 0);
    assert_true(mark.is_canary);
    assert_string_equal(mark.pin, "A-2");
    assert_int_equal(set_pin(f, "", &mark, &err), 0);
    assert_string_equal(mark.pin, "");
    assert_true(mark.is_canary);
    assert_int_equal(set_canary(f, false, &mark, &err), 0);
    assert_false(mark.is_canary);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tags),
        TEST(test_hold),
        TEST(test_pin_and_canary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
