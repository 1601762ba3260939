// Closed standard streams: no other file gets their numbers.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/standard_streams.h"

// In a process that has closed some (bits): 0 if all is as it should be.
static int look(unsigned closed)
{
    char c = 'x';
    int pipes[2];

    for (int fd = 0; fd <= 2; fd++) {
        if ((closed & 1u << fd) != 0)
            close(fd);
    }
    if (!standard_streams_open())
        return 1;
    if (pipe(pipes) < 0 || pipes[0] <= 2 || pipes[1] <= 2)
        return 2;
    // Who reads or writes one is told.
    if ((closed & 1) != 0 && (read(0, &c, 1) >= 0 || errno != EBADF))
        return 3;
    for (int fd = 1; fd <= 2; fd++) {
        if ((closed & 1u << fd) != 0 && (write(fd, &c, 1) >= 0 || errno != EBADF))
            return 4;
    }
    return 0;
}

static void test_closed(void **state)
{
    (void)state;
    for (unsigned closed = 0; closed < 8; closed++) {
        pid_t child = fork();
        int status = -1;

        if (child == 0)
            _exit(look(closed));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

// What is open stays what it is.
static void test_open(void **state)
{
    int pipes[2];
    int saved = dup(STDIN_FILENO);
    char c = 0;

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(dup2(pipes[0], STDIN_FILENO), STDIN_FILENO);
    assert_true(standard_streams_open());
    assert_int_equal(write(pipes[1], "y", 1), 1);
    assert_int_equal(read(STDIN_FILENO, &c, 1), 1);
    assert_int_equal(c, 'y');
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(pipes[0]);
    close(pipes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed),
        cmocka_unit_test(test_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
