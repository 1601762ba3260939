// A lock is held by one at a time and free again when its file is closed.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/base/lock_file.h"

static void one_at_a_time(void **state)
{
    char path[] = "/tmp/secureesp-lock-XXXXXX";
    struct err err = {0};
    int first;
    int second;

    (void)state;
    close(mkstemp(path));
    assert_int_equal(lock_file_take(path, &first, &err), 0);
    assert_int_equal(lock_file_take(path, &second, &err), ERR_CONFLICT);
    close(first);
    assert_int_equal(lock_file_take(path, &second, &err), 0);
    close(second);
    unlink(path);
    assert_int_equal(lock_file_take("/nowhere/lock", &first, &err), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
