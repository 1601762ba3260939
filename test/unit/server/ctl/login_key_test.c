// What is done about a key that a server shows.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/login_key.h"

#define A "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
#define B "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void test_judge(void **state)
{
    static const struct {
        const char *said, *pinned;
        enum login_key judged; // of A
    } rows[] = {
        {"", "", LOGIN_KEY_ASK},
        {A, "", LOGIN_KEY_GOOD},
        {B, "", LOGIN_KEY_WRONG},
        {"", A, LOGIN_KEY_GOOD},
        {"", B, LOGIN_KEY_CHANGED},
        {A, A, LOGIN_KEY_GOOD},
        {A, B, LOGIN_KEY_GOOD}, // the operator knows of the change
        {B, A, LOGIN_KEY_WRONG},
        {B, B, LOGIN_KEY_WRONG},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(login_key_judge(A, rows[i].said, rows[i].pinned), rows[i].judged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
