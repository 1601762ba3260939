// A growing list of commands.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/command/command_list.h"
#include "test/unit/failing_memory.h"

#define COUNT 40

static void test_grows(void **state)
{
    struct command_list list = {0};

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        struct command command = {
            .id = i, .created_at_ms = 1000 + i, .mac = "84f3eb012345", .name = "flash"};

        assert_int_equal(command_list_append(&list, &command), 0);
    }
    assert_int_equal(list.count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(list.items[i].id, i);
        assert_int_equal(list.items[i].created_at_ms, 1000 + i);
        assert_string_equal(list.items[i].mac, "84f3eb012345");
        assert_string_equal(list.items[i].name, "flash");
    }
    command_list_clear(&list);
    assert_int_equal(list.count, 0);
}

// What is in the list stays.
static void test_no_memory(void **state)
{
    struct command_list list = {0};
    struct command command = {.id = 7};

    (void)state;
    failing_memory_start(1);
    assert_int_equal(command_list_append(&list, &command), ERR_NO_MEMORY);
    assert_true(failing_memory_end());
    assert_int_equal(list.count, 0);
    while (list.count == 0 || list.count < list.capacity)
        assert_int_equal(command_list_append(&list, &command), 0);

    size_t count = list.count;

    failing_memory_start(1);
    assert_int_equal(command_list_append(&list, &command), ERR_NO_MEMORY);
    assert_true(failing_memory_end());
    assert_int_equal(list.count, count);
    assert_int_equal(list.items[count - 1].id, 7);
    command_list_clear(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
