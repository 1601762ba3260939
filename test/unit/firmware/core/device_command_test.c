// Tests of commands as they are received.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/device_command.h"

static struct device_command decode(const char *name, const char *payload)
{
    struct device_command command;

    device_command_decode(name, (const uint8_t *)payload, strlen(payload), &command);
    return command;
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        enum device_command_action action;
        enum staging_file file;
    } rows[] = {
        {"firmware", DEVICE_COMMAND_FETCH_IMAGE, STAGING_FILES},
        {"flash", DEVICE_COMMAND_FLASH, STAGING_FILES},
        {"reboot", DEVICE_COMMAND_REBOOT, STAGING_FILES},
        {"ca", DEVICE_COMMAND_FETCH_FILE, STAGING_CA},
        {"cert", DEVICE_COMMAND_FETCH_FILE, STAGING_CERT},
        {"key", DEVICE_COMMAND_FETCH_FILE, STAGING_KEY},
        {"config", DEVICE_COMMAND_FETCH_FILE, STAGING_CONFIG},
        {"wifi", DEVICE_COMMAND_WIFI, STAGING_FILES},
        {"Flash", DEVICE_COMMAND_UNKNOWN, STAGING_FILES},
        {"flas", DEVICE_COMMAND_UNKNOWN, STAGING_FILES},
        {"", DEVICE_COMMAND_UNKNOWN, STAGING_FILES},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct device_command command = decode(rows[i].name, "");

        assert_int_equal(command.action, rows[i].action);
        assert_int_equal(command.file, rows[i].file);
        assert_string_equal(command.name, rows[i].name);
        assert_false(command.has_id);
    }
}

static void test_ids(void **state)
{
    static const struct {
        const char *payload;
        bool has_id;
        int64_t id;
    } rows[] = {
        {"{\"id\":7}", true, 7},
        {"{\"id\":0,\"x\":1}", true, 0},
        {"{\"id\":9007199254740992}", true, 9007199254740992},
        {"{\"id\":9007199254740994}", false, 0},
        {"{\"id\":1.5}", false, 0},
        {"{\"id\":-1}", false, 0},
        {"{\"id\":\"7\"}", false, 0},
        {"{\"ID\":7}", false, 0},
        {"[7]", false, 0},
        {"7", false, 0},
        {"{\"id\":7", false, 0},
        {"{\"id\":7}x", false, 0},
        {"\xff\xfe", false, 0},
        {"", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct device_command command = decode("flash", rows[i].payload);

        assert_int_equal(command.has_id, rows[i].has_id);
        if (rows[i].has_id)
            assert_int_equal(command.id, rows[i].id);
    }
}

static void test_images(void **state)
{
    static const char longest[] =
        "{\"image\":\"0123456789012345678901234567890123456789012345678901234567890-1\"}";
    static const char longer[] =
        "{\"image\":\"01234567890123456789012345678901234567890123456789012345678901-1\"}";
    static const struct {
        const char *payload;
        const char *image;
    } rows[] = {
        {"", ""},
        {"{}", ""},
        {"{\"id\":7}", ""},
        {"{\"id\":7,\"image\":\"B-2\"}", "B-2"},
        {"{\"image\":\"ESP8266_WEMOS_D1MINIPRO-00.00.08.g\",\"x\":{\"image\":\"B-3\"}}",
            "ESP8266_WEMOS_D1MINIPRO-00.00.08.g"},
        {longest, "0123456789012345678901234567890123456789012345678901234567890-1"},
        {longer, DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"Image\":\"B-2\"}", ""},
        {"{\"image\":\"\"}", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":\"B\"}", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":\"B-2 \"}", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":null}", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":2}", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":[\"B-2\"]}", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":{\"image\":\"B-2\"}}", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":\"B-2\",\"image\":\"B-3\"}", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":\"B-2\",\"image\":\"B-2\"}", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":\"B-2\"", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"{\"image\":\"B-2\"}x", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"[\"B-2\"]", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"B-2", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {" ", DEVICE_COMMAND_IMAGE_UNREADABLE},
        {"\xff", DEVICE_COMMAND_IMAGE_UNREADABLE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(decode("flash", rows[i].payload).image, rows[i].image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_images),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
