// How this machine is called.
#include "server/base/host_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_own_name(void **state)
{
    char expected[HOST_NAME_SIZE] = "";
    char name[HOST_NAME_SIZE] = "x";

    (void)state;
    assert_int_equal(gethostname(expected, sizeof expected - 1), 0);
    host_name_read(name);
    assert_string_equal(name, expected);
}

static void test_whole_name(void **state)
{
    char name[HOST_NAME_SIZE];
    char label[HOST_NAME_SIZE];

    (void)state;
    memset(label, 'a', sizeof label - 1);
    label[sizeof label - 1] = '\0';
    for (const char *const *host = (const char *const[]){"localhost", "", label, NULL};
         *host != NULL; host++) {
        strcpy(name, "left");
        host_name_read_full(*host, name);
        assert_string_equal(name, "");
    }
    host_name_read_full("192.0.2.1", name); // is its own whole name
    assert_string_equal(name, "192.0.2.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_name),
        cmocka_unit_test(test_whole_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
