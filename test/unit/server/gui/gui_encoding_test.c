// Who gets a file by gzip.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/gui/gui_encoding.h"

static void test_fields(void **state)
{
    static const struct {
        const char *field;
        bool takes;
    } rows[] = {
        {"", false},
        {" ", false},
        {",", false},
        {"gzip", true},
        {"GZip", true},
        {"gzip, deflate, br, zstd", true},
        {"br,gzip", true},
        {"deflate,\tgzip ;q=0.5", true},
        {"gzip;q=1", true},
        {"gzip;q=0.001", true},
        {"gzip;q=0.0010", true},
        {"gzip;q=0", false},
        {"gzip ; Q=0.000 , br", false},
        {"gzip;q=0.0, *", false},
        {"gzip;q", true},
        {"gzip;q=", true},
        {"gzip;a=0", true},
        {"gzip;", true},
        {"*", true},
        {"*;q=0", false},
        {"*;q=0, gzip", true},
        {"identity", false},
        {"gzi", false},
        {"gzipp", false},
        {"x-gzip", false},
        {"br;q=0", false},
        {"br;q=0, gzip;q=0", false},
        {"gzip,q=0", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (gui_encoding_takes_gzip(rows[i].field) != rows[i].takes)
            fail_msg("%s", rows[i].field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fields)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
