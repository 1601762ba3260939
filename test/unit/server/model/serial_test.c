// Serial numbers as people and tools write them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/model/serial.h"

#define TWENTY "7f00000000000000000000000000000000000001"

static const struct {
    const char *text;
    const char *serial; // NULL: none
} spellings[] = {
    {"3a0f91", "3a0f91"},
    {"3A0F91", "3a0f91"},
    {"3a:0f:91", "3a0f91"},
    {"3A:0F:91", "3a0f91"},
    {"serial=3A0F91", "3a0f91"},
    {"0x3a0f91", "3a0f91"},
    {"0x123", "0123"},
    {"00003a0f91", "3a0f91"},
    {"00:3a:0f:91", "3a0f91"},
    {"0", "00"},
    {"00", "00"},
    {"00:00", "00"},
    {"1", "01"},
    {TWENTY, TWENTY},
    {"00" TWENTY, TWENTY},
    {"ff" TWENTY, NULL},
    {"1" TWENTY, NULL},
    {"", NULL},
    {"serial=", NULL},
    {"0x", NULL},
    {":", NULL},
    {"3a:", NULL},
    {":3a", NULL},
    {"3a::0f", NULL},
    {"3a:0f91", NULL},
    {"3a0f:91", NULL},
    {"3a0:f9", NULL},
    {"a:0f", NULL},
    {"-3a", NULL},
    {"3a ", NULL},
    {" 3a", NULL},
    {"3g", NULL},
    {"3a-0f", NULL},
    {"0x0x3a", NULL},
    {"serial=serial=3a", NULL},
};

static void test_spellings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        char out[SERIAL_SIZE] = "untouched";
        bool is_one = serial_parse(spellings[i].text, out);

        if (is_one != (spellings[i].serial != NULL))
            fail_msg("\"%s\" is %staken", spellings[i].text, is_one ? "" : "not ");
        assert_string_equal(out, is_one ? spellings[i].serial : "untouched");
    }
}

static void test_only_one_spelling_is_canonical(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        const char *serial = spellings[i].serial;

        assert_int_equal(serial_is_canonical(spellings[i].text),
            serial != NULL && strcmp(serial, spellings[i].text) == 0);
    }
}

static void test_bytes(void **state)
{
    static const uint8_t bytes[22] = {0, 0x80, 1, 2};
    char out[SERIAL_SIZE] = "untouched";

    (void)state;
    assert_true(serial_format(bytes, 0, out));
    assert_string_equal(out, "00");
    assert_true(serial_format(bytes, 1, out));
    assert_string_equal(out, "00");
    assert_true(serial_format(bytes, 4, out));
    assert_string_equal(out, "800102");
    assert_true(serial_format(bytes, 21, out));
    assert_int_equal(strlen(out), 40);
    assert_false(serial_format(bytes, 22, out));
    assert_int_equal(strlen(out), 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_only_one_spelling_is_canonical),
        cmocka_unit_test(test_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
