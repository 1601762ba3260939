// Networks in a file: read by the letter, or not at all.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/wifi_file.h"

#define KEY "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
#define SSID_32 "12345678901234567890123456789012"
#define PASSWORD_63 "123456789012345678901234567890123456789012345678901234567890123"
#define NETWORK(ssid, psk) "network={\nssid=" ssid "\npsk=" psk "\n}\n"

// says: "" if it is taken, and then first is the network that comes first.
static const struct {
    const char *text;
    size_t count;
    const char *ssid, *password, *says;
} rows[] = {
    {NETWORK("\"a\"", "\"12345678\""), 1, "a", "12345678", ""},
    {NETWORK("\"" SSID_32 "\"", "\"" PASSWORD_63 "\""), 1, SSID_32, PASSWORD_63, ""},
    {NETWORK("\"a\"", KEY), 1, "a", KEY, ""},
    {NETWORK("\" a # \"b\" \"", "\" 12 \"34\" 56\""), 1, " a # \"b\" ", " 12 \"34\" 56", ""},
    {NETWORK("c3a9C3A9", "\"12345678\""), 1, "\xc3\xa9\xc3\xa9", "12345678", ""},
    {"# a comment\r\n\r\n\tnetwork={ \r\n\t#psk=\"x\"\r\n\tpsk=\"12345678\"\r\n\tssid=\"a\"\r\n"
     "\tkey_mgmt=WPA-PSK\r\n}",
        1, "a", "12345678", ""},
    {NETWORK("\"a\"", "\"12345678\"") "network={\nssid=\"b\"\npsk=\"12345678\"\npriority=1\n}\n", 2,
        "b", "12345678", ""},
    {NETWORK("\"a\"", "\"12345678\"") NETWORK("\"b\"", "\"12345678\""), 2, "a", "12345678", ""},
    {"", 0, "", "", "no network is in it"},
    {"# nothing\n", 0, "", "", "no network is in it"},
    {"country=DE\n", 0, "", "", "line 1: only \"network={\" or a comment"},
    {"network={ # x\n", 0, "", "", "line 1: only"},
    {"ssid=\"a\"\n", 0, "", "", "line 1: only"},
    {"network={\nssid=\"a\"\npsk=\"12345678\"\n", 0, "", "", "line 3: the last network does not"},
    {"network={\nssid=\"a\"\n}\n", 0, "", "", "line 3: the network that ends here lacks"},
    {"network={\npsk=\"12345678\"\n}\n", 0, "", "", "line 3: the network that ends here lacks"},
    {NETWORK("\"\"", "\"12345678\""), 0, "", "", "line 4: the SSID is empty"},
    {NETWORK("a", "\"12345678\""), 0, "", "", "line 2: ssid is"},
    {NETWORK("\"a", "\"12345678\""), 0, "", "", "line 2: ssid is"},
    {NETWORK("\"", "\"12345678\""), 0, "", "", "line 2: ssid is"},
    {NETWORK("", "\"12345678\""), 0, "", "", "line 2: ssid is"},
    {NETWORK("\"a\" # x", "\"12345678\""), 0, "", "", "line 2: ssid is"},
    {NETWORK("\"" SSID_32 "3\"", "\"12345678\""), 0, "", "", "line 2: ssid is"},
    {NETWORK("6100", "\"12345678\""), 0, "", "", "line 2: ssid is"},
    {NETWORK("616", "\"12345678\""), 0, "", "", "line 2: ssid is"},
    {NETWORK("c3", "\"12345678\""), 0, "", "", "line 2: the ssid is not UTF-8"},
    {NETWORK("\"a\"", "12345678"), 0, "", "", "line 3: psk is"},
    {NETWORK("\"a\"", "\"" PASSWORD_63 "4\""), 0, "", "", "line 3: psk is"},
    {NETWORK("\"a\"", "\"1234567\""), 0, "", "", "line 4: the password has neither"},
    {NETWORK("\"a\"", "\"1234567\xc3\xa9\""), 0, "", "", "line 4: the password has other"},
    {"network={\nssid=\"a\"\nssid=\"b\"\n", 0, "", "", "line 3: a second ssid"},
    {"network={\npsk=\"12345678\"\npsk=\"12345678\"\n", 0, "", "", "line 3: a second psk"},
    {"network={\npriority=1\npriority=1\n", 0, "", "", "line 3: a second priority"},
    {"network={\npriority=x\n", 0, "", "", "line 2: priority is a number"},
    {"network={\npriority=\n", 0, "", "", "line 2: priority is a number"},
    {"network={\npriority=1234567\n", 0, "", "", "line 2: priority is a number"},
    {"network={\nkey_mgmt=NONE\n", 0, "", "", "line 2: devices join networks of key_mgmt=WPA-PSK"},
    {"network={\nscan_ssid=1\n", 0, "", "", "line 2: a network has ssid, psk, priority and"},
    {"network={\n ssid = \"a\"\n", 0, "", "", "line 2: a network has ssid"},
    {NETWORK("\"a\"", "\"12345678\"") NETWORK("\"b\"", "\"12345678\"") NETWORK(
         "\"c\"", "\"12345678\"") NETWORK("\"d\"", "\"12345678\"") NETWORK("\"e\"", "\"12345678\""),
        0, "", "", "line 20: more networks than a device keeps"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = strlen(rows[i].text);
        char *exact = malloc(n > 0 ? n : 1); // so that a byte read beyond is found
        struct wifi_file file;
        struct err err = {0};

        memcpy(exact, rows[i].text, n);
        memset(&file, 'x', sizeof file);

        int rc = wifi_file_parse(exact, n, &file, &err);

        free(exact);
        if (rc != (rows[i].count > 0 ? 0 : ERR_INVALID) ||
            strstr(err.message, rows[i].says) == NULL)
            fail_msg("row %zu: %d %s", i, rc, err.message);
        if (rc < 0) {
            assert_int_equal(file.count, (size_t)0x7878787878787878);
            continue;
        }
        assert_int_equal(file.count, rows[i].count);
        assert_string_equal(file.networks[0].ssid, rows[i].ssid);
        assert_string_equal(file.networks[0].password, rows[i].password);
    }
}

// The highest priority first, and those without one in their order behind it.
static void test_order(void **state)
{
    static const char text[] = NETWORK(
        "\"a\"", "\"12345678\"") "network={\nssid=\"b\"\npsk=\"12345678\"\npriority=10\n}\n"
                                 "network={\nssid=\"c\"\npsk=\"12345678\"\npriority=9\n}\n" NETWORK(
                                     "\"d\"", "\"12345678\"");
    static const char *const order[] = {"b", "c", "a", "d"};
    struct wifi_file file;

    (void)state;
    assert_int_equal(wifi_file_parse(text, sizeof text - 1, &file, NULL), 0);
    assert_int_equal(file.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(file.networks[i].ssid, order[i]);
}

// A NUL, which would hide what is behind it; and a message repeats nothing.
static void test_nothing_is_hidden_or_told(void **state)
{
    static const char nul[] = "network={\nssid=\"a\0b\"\n";
    static const char secret[] = "network={\nssid=\"a\"\npsk=\"sesame\nopen\"\n";
    struct wifi_file file;
    struct err err = {0};

    (void)state;
    assert_int_equal(wifi_file_parse(nul, sizeof nul - 1, &file, &err), ERR_INVALID);
    assert_string_equal(err.message, "line 2: a NUL");
    assert_int_equal(wifi_file_parse(secret, sizeof secret - 1, &file, &err), ERR_INVALID);
    assert_null(strstr(err.message, "sesame"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_nothing_is_hidden_or_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
