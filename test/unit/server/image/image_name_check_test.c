// Whether an image's name says what its author meant.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/image/image_name_check.h"

static void plain_names_are_taken(void **state)
{
    static const char *const rows[] = {
        "ESP8266_WEMOS_D1MINIPRO-00.00.08.g",
        "ESP-12E-1.0",
        "MY-BOARD-v1.2.3",
        "BOARD-1.0-rc1",
        "BOARD-00.00.02-beta",
        "BOARD-1.0-RC.2",
        "BOARD-1.0-Beta10",
        "BOARD-1.0-a1",
        "BOARD-1.0-dev20261128",
        "BOARD-00.00.08.a",
        "BOARD-a",
        "D1-mini-7",
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image_name name;
        struct err err = {0};

        if (image_name_check(rows[i], false, &name, &err) < 0)
            fail_msg("%s: %s", rows[i], err.message);
        assert_string_equal(name.text, rows[i]);
    }
}

static void what_can_be_read_in_two_ways_is_asked(void **state)
{
    static const struct {
        const char *text;
        const char *reason;
    } rows[] = {
        {"BOARD-1.0-2", "version 2 of a board BOARD-1.0"},
        {"BOARD-1.0-1.1", "version 1.1 of a board BOARD-1.0"},
        {"BOARD-v1.0-2", "version 2 of a board BOARD-v1.0"},
        {"BOARD-1.0-rc-1", "version 1 of a board BOARD-1.0-rc"},
        {"BOARD-1.0rc-1", "version 1 of a board BOARD-1.0rc"},
        {"BOARD-2026-11-28", "version 28 of a board BOARD-2026-11"},
        {"ESP-12-a", "version a of a board ESP-12"},
        {"ESP-01-1.0", "version 1.0 of a board ESP-01"},
        {"BOARD-v2-beta", "version beta of a board BOARD-v2"},
        {"BOARD-1.0.rc", "newer than the same without 'rc'"},
        {"BOARD-1.0.rc.1", "newer than the same without 'rc'"},
        {"BOARD-00.00.02.beta", "newer than the same without 'beta'"},
        {"BOARD-1.Alpha", "newer than the same without 'Alpha'"},
        {"BOARD-1.0.dev", "newer than the same without 'dev'"},
        {"BOARD-rc", "newer than the same without 'rc'"},
        {"BOARD-1.0.beta-rc1", "newer than the same without 'beta'"},
        {"BOARD-1.0.rc.2", "what comes before that is BOARD-1.0-rc.2;"},
        {"BOARD-01.02.00.beta", "what comes before that is BOARD-01.02.00-beta;"},
        {"BOARD-1.rc", "after a '-' that is a pre-release, as in 1.2.3-rc1"}, // 1 alone has none
        {"BOARD-1.0.prerelease", "newer than the same without 'prerelease'"},
        {"BOARD-1.0-hotfix1", "a pre-release, older than 1.0"},
        {"BOARD-1.0-final", "a pre-release, older than 1.0"},
        {"BOARD-v1.2.3-post1", "a pre-release, older than v1.2.3"},
        {"BOARD-1.2.3-dirty", "a pre-release, older than 1.2.3"},
        {"BOARD-1.2.3-g1a2b3c4", "a pre-release, older than 1.2.3"},
        {"BOARD-1.2.3-p1", "a pre-release, older than 1.2.3"},
        {"BOARD-1.2.3-2b", "a pre-release, older than 1.2.3"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image_name name = {.text = "untouched"};
        struct err err = {0};

        assert_int_equal(image_name_check(rows[i].text, false, &name, &err), ERR_CONFLICT);
        if (strstr(err.message, rows[i].reason) == NULL ||
            strstr(err.message, "--literal-name") == NULL)
            fail_msg("%s", err.message);
        assert_string_equal(name.text, "untouched");
        assert_int_equal(image_name_check(rows[i].text, true, &name, &err), 0);
        assert_string_equal(name.text, rows[i].text);
    }
}

static void what_is_no_name_is_refused_with_what_to_write(void **state)
{
    static const struct {
        const char *text;
        const char *reason;
    } rows[] = {
        {"", "fields of a version"},
        {"BOARD", "<BOARD>-<VERSION>"},
        {"BOARD-1.2.3+4", "make it a field"},
        {"BOARD-1.0~rc1", "1.2.3-rc1"},
        {"BOARD-1.0 beta", "blank"},
        {"dir/BOARD-1.0", "path"},
        {"BOARD-1.0rc1", "all digits or all letters"},
        {"BOARD-V1.0", "all digits or all letters"},
        {"BOARD-1.0_beta", "all digits or all letters"},
        {"BOARD-1-rc1", "all digits or all letters"},
        {"BOARD_OF_A_NAME_THAT_IS_LONGER_THAN_A_DESCRIPTOR_HAS_ROOM_FOR-1.0", "the limit is 63"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int literal = 0; literal < 2; literal++) {
            struct image_name name = {.text = "untouched"};
            struct err err = {0};

            assert_int_equal(
                image_name_check(rows[i].text, literal == 1, &name, &err), ERR_INVALID);
            if (strstr(err.message, rows[i].reason) == NULL)
                fail_msg("%s", err.message);
            assert_string_equal(name.text, "untouched");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_names_are_taken),
        cmocka_unit_test(what_can_be_read_in_two_ways_is_asked),
        cmocka_unit_test(what_is_no_name_is_refused_with_what_to_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
