// Tests of commands as they are received.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/command.h"

static struct command decode(const char *name, const char *payload)
{
    struct command command;

    command_decode(name, (const uint8_t *)payload, strlen(payload), &command);
    return command;
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        enum command_action action;
        enum staging_file file;
    } rows[] = {
        {"firmware", COMMAND_FETCH_IMAGE, STAGING_FILES},
        {"flash", COMMAND_FLASH, STAGING_FILES},
        {"reboot", COMMAND_REBOOT, STAGING_FILES},
        {"ca", COMMAND_FETCH_FILE, STAGING_CA},
        {"cert", COMMAND_FETCH_FILE, STAGING_CERT},
        {"key", COMMAND_FETCH_FILE, STAGING_KEY},
        {"config", COMMAND_FETCH_FILE, STAGING_CONFIG},
        {"Flash", COMMAND_UNKNOWN, STAGING_FILES},
        {"flas", COMMAND_UNKNOWN, STAGING_FILES},
        {"", COMMAND_UNKNOWN, STAGING_FILES},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = decode(rows[i].name, "");

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
        struct command command = decode("flash", rows[i].payload);

        assert_int_equal(command.has_id, rows[i].has_id);
        if (rows[i].has_id)
            assert_int_equal(command.id, rows[i].id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
