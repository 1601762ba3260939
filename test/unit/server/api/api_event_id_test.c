// What clients give back of the ids of streamed events.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/api/api_event_id.h"

static void test_ids(void **state)
{
    static const struct {
        const char *text;
        struct api_event_id id;
    } rows[] = {
        {"0", {0, -1}},
        {"7", {7, -1}},
        {"7.0", {7, 0}},
        {"7.4", {7, 4}},
        {"999999999999999999.999999999999999999", {999999999999999999, 999999999999999999}},
    };
    struct api_event_id id;
    struct api_text text = {0};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(api_event_id_read(rows[i].text, &id));
        assert_int_equal(id.event, rows[i].id.event);
        assert_int_equal(id.change, rows[i].id.change);
        api_event_id_add(&text, &id);
        assert_int_equal(text.n, strlen(rows[i].text));
        assert_memory_equal(text.p, rows[i].text, text.n);
        api_text_clear(&text);
    }
}

static void test_what_is_none(void **state)
{
    static const char *const rows[] = {"", "x", "-1", "1x", "1 ", " 1", "+1", ".", "1.", ".1",
        "1.2.", "1.2.3", "1.x", "1.-2", "1,2", "1234567890123456789", "1.1234567890123456789"};
    struct api_event_id id = {5, 6};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (api_event_id_read(rows[i], &id) || id.event != 5 || id.change != 6)
            fail_msg("%s", rows[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
