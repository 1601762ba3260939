// From a thread to another.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "server/backup/backup_pipe.h"
#include "test/unit/freed_memory.h"

#define TOTAL ((size_t)5 * 1000 * 1000)

static void *write_all(void *pipe)
{
    static uint8_t block[70001];
    size_t left = TOTAL;
    size_t at = 0;
    int rc = 0;

    while (left > 0 && rc == 0) {
        size_t n = left < sizeof block ? left : sizeof block;

        for (size_t i = 0; i < n; i++)
            block[i] = (uint8_t)((at + i) % 251);
        rc = backup_pipe_write(block, n, pipe, NULL);
        left -= n;
        at += n;
    }
    backup_pipe_end(pipe, rc == 0);
    return NULL;
}

static void all_comes_in_order(void **state)
{
    struct backup_pipe *pipe;
    pthread_t thread;
    char buffer[4097];
    size_t at = 0;
    ssize_t n;

    (void)state;
    assert_int_equal(backup_pipe_new(&pipe), 0);
    assert_int_equal(pthread_create(&thread, NULL, write_all, pipe), 0);
    while ((n = backup_pipe_read(pipe, buffer, sizeof buffer)) != 0) {
        if (n == BACKUP_PIPE_LATER)
            continue;
        assert_true(n > 0);
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal((uint8_t)buffer[i], (at + (size_t)i) % 251);
        at += (size_t)n;
    }
    assert_int_equal(at, TOTAL);
    pthread_join(thread, NULL);
    backup_pipe_free(pipe);
}

// Who waits for room is told that nobody reads any more.
static void a_reader_that_goes_ends_it(void **state)
{
    struct backup_pipe *pipe;
    pthread_t thread;
    char buffer[100];

    (void)state;
    assert_int_equal(backup_pipe_new(&pipe), 0);
    assert_int_equal(pthread_create(&thread, NULL, write_all, pipe), 0);
    while (backup_pipe_read(pipe, buffer, sizeof buffer) < 0)
        ;
    assert_false(backup_pipe_is_closed(pipe));
    backup_pipe_close(pipe);
    pthread_join(thread, NULL);
    assert_true(backup_pipe_is_closed(pipe));
    backup_pipe_free(pipe);
}

static void an_end_that_is_none_is_told(void **state)
{
    struct backup_pipe *pipe;
    char buffer[100];

    (void)state;
    assert_int_equal(backup_pipe_new(&pipe), 0);
    assert_int_equal(backup_pipe_read(pipe, buffer, sizeof buffer), BACKUP_PIPE_LATER);
    assert_int_equal(backup_pipe_write("abc", 3, pipe, NULL), 0);
    backup_pipe_end(pipe, false);
    assert_int_equal(backup_pipe_read(pipe, buffer, sizeof buffer), 3);
    assert_int_equal(backup_pipe_read(pipe, buffer, sizeof buffer), -1);
    backup_pipe_free(pipe);
    backup_pipe_free(NULL);
}

// What was on its way, keys of devices too, stays nowhere.
static void nothing_of_it_is_left(void **state)
{
    struct backup_pipe *pipe;
    char buffer[4];

    (void)state;
    assert_int_equal(backup_pipe_new(&pipe), 0);
    assert_int_equal(backup_pipe_write("secret", 6, pipe, NULL), 0);
    assert_int_equal(backup_pipe_read(pipe, buffer, sizeof buffer), 4);
    freed_memory_start("secret", 6);
    backup_pipe_free(pipe);
    assert_false(freed_memory_end());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_comes_in_order),
        cmocka_unit_test(nothing_of_it_is_left),
        cmocka_unit_test(a_reader_that_goes_ends_it),
        cmocka_unit_test(an_end_that_is_none_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
