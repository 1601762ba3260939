// Tests of image names.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/image_name.h"

static void test_parse_good(void **state)
{
    struct image_name name;
    const char *text = "ESP8266_WEMOS_D1MINIPRO-00.00.08.g";

    (void)state;
    assert_true(image_name_parse(text, strlen(text), &name));
    assert_string_equal(name.text, text);
    assert_string_equal(name.board, "ESP8266_WEMOS_D1MINIPRO");
    assert_string_equal(name.version, "00.00.08.g");
    assert_true(image_name_parse("a-b-1", 5, &name));
    assert_string_equal(name.board, "a-b");
    assert_string_equal(name.version, "1");
}

static void test_where_the_version_begins(void **state)
{
    static const struct {
        const char *text;
        const char *board;
        const char *version;
    } rows[] = {
        {"BOARD-v1.2.3", "BOARD", "v1.2.3"},
        {"BOARD-v", "BOARD", "v"},
        {"BOARD-1.0-rc1", "BOARD", "1.0-rc1"},
        {"BOARD-00.00.02-beta", "BOARD", "00.00.02-beta"},
        {"BOARD-v1.0-rc.10", "BOARD", "v1.0-rc.10"},
        {"BOARD-1.0-2a", "BOARD", "1.0-2a"},
        {"MY-BOARD-1.0-rc1", "MY-BOARD", "1.0-rc1"},
        {"MY-BOARD-1.0", "MY-BOARD", "1.0"},
        // as the contract has it: the last '-' begins the version
        {"ESP-12-a", "ESP-12", "a"},
        {"ESP-01-1.0", "ESP-01", "1.0"},
        {"BOARD-1.0-2", "BOARD-1.0", "2"},
        {"BOARD-1.0-rc-1", "BOARD-1.0-rc", "1"},
        {"1.0-a", "1.0", "a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image_name name;

        assert_true(image_name_parse(rows[i].text, strlen(rows[i].text), &name));
        assert_string_equal(name.text, rows[i].text);
        assert_string_equal(name.board, rows[i].board);
        assert_string_equal(name.version, rows[i].version);
    }
}

static void test_parse_bad(void **state)
{
    static const char *const rows[] = {
        "",
        "-",
        "a",
        "a-",
        "-1",
        "a-1.",
        "a-.1",
        "a-1..2",
        "a-1a",
        "a-a1",
        "a b-1",
        "a/b-1",
        ".a-1",
        "--1",
        "a-1 ",
        "a-V1",
        "a-1.0+4",
        "a-1.0-rc1+4",
        "a-1.0~rc1",
        "a-1.0_beta",
        "a-1.0-",
        "a-1.0-rc..1",
        "a-1.0-rc1.",
        "a-1-rc1",
        "a-x.0-rc1",
        "-1.0-rc1",
        "1.0-rc1",
    };
    struct image_name name = {.text = "untouched"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_false(image_name_parse(rows[i], strlen(rows[i]), &name));
    assert_string_equal(name.text, "untouched");
}

static void test_length_limit(void **state)
{
    char text[IMAGE_NAME_SIZE + 1];
    struct image_name name;

    (void)state;
    memset(text, 'a', sizeof text);
    text[1] = '-';
    assert_true(image_name_parse(text, IMAGE_NAME_MAX, &name));
    assert_false(image_name_parse(text, IMAGE_NAME_MAX + 1, &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_good),
        cmocka_unit_test(test_where_the_version_begins),
        cmocka_unit_test(test_parse_bad),
        cmocka_unit_test(test_length_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
