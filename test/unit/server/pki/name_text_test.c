// Parts of a name as text.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/name_text.h"

static void add(X509_NAME *name, int type, const char *text, int n)
{
    assert_int_equal(X509_NAME_add_entry_by_NID(
                         name, NID_commonName, type, (const unsigned char *)text, n, -1, 0),
        1);
}

static const struct {
    int type;
    const char *text;
    int n;
    const char *read; // "-": nothing is written
} names[] = {
    {V_ASN1_UTF8STRING, "abc", 3, "abc"},
    {V_ASN1_PRINTABLESTRING, "abc", 3, "abc"},
    {V_ASN1_BMPSTRING, "\0a\0\xe4", 4, "a\xc3\xa4"},
    {V_ASN1_UTF8STRING, "seven77", 7, "seven77"},
    {V_ASN1_UTF8STRING, "eight888", 8, "-"},
    {V_ASN1_UTF8STRING, "a\0b", 3, "-"},
    {V_ASN1_UTF8STRING, "", 0, "-"},
};

static void one_is_read_in_full_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        X509_NAME *name = X509_NAME_new();
        char out[8] = "-";

        add(name, names[i].type, names[i].text, names[i].n);
        assert_int_equal(name_text_read(name, NID_commonName, out, sizeof out), 1);
        assert_string_equal(out, names[i].read);
        X509_NAME_free(name);
    }
}

static void they_are_counted(void **state)
{
    X509_NAME *name = X509_NAME_new();
    char out[8] = "-";

    (void)state;
    assert_int_equal(name_text_read(name, NID_commonName, out, sizeof out), 0);
    add(name, V_ASN1_UTF8STRING, "a", 1);
    assert_int_equal(name_text_read(name, NID_organizationName, out, sizeof out), 0);
    assert_string_equal(out, "-");
    for (int i = 0; i < 2; i++) {
        add(name, V_ASN1_UTF8STRING, "b", 1);
        assert_int_equal(name_text_read(name, NID_commonName, out, sizeof out), 2);
        assert_string_equal(out, "-");
    }
    X509_NAME_free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_read_in_full_or_not),
        cmocka_unit_test(they_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
