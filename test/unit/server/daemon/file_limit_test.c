// What the settings need of open files, and what is said where the limit is lower.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/daemon/file_limit.h"
#include "server/http/http_server.h"

#define OK 0
#define NOTE 1
#define REFUSED 2

// In a process of its own, since a hard limit cannot be raised again. Its exit status says what
// came of it; plus 8 if the soft limit is not what was to be expected.
static int outcome(rlim_t soft, rlim_t hard, int64_t connections, rlim_t expected)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct config config = {.max_connections = connections, .threads = 2};
        struct rlimit limit = {soft, hard};
        char note[FILE_LIMIT_NOTE_SIZE];
        struct err err = {0};
        int result;

        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
            _exit(99);
        result = file_limit_raise(&config, note, &err) < 0 ? REFUSED : note[0] != '\0' ? NOTE : OK;
        if (result == NOTE && strstr(note, "LimitNOFILE") == NULL)
            _exit(98);
        if (result == REFUSED && strstr(err.message, "LimitNOFILE") == NULL)
            _exit(97);
        getrlimit(RLIMIT_NOFILE, &limit);
        _exit(result + (limit.rlim_cur != expected ? 8 : 0));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void the_limit_is_raised_as_far_as_it_may_be(void **state)
{
    const struct config config = {.max_connections = 1000, .threads = 2};
    const rlim_t spare = (rlim_t)file_limit_spare(&config);
    const rlim_t need = spare + 1000 + http_server_threads(1000, 2);
    const struct {
        rlim_t soft, hard, after;
        int result;
    } rows[] = {
        {need, need, need, OK},
        {need - 1, need, need, OK},
        {need - 1, need - 1, need - 1, NOTE},
        {64, 4096, need, OK},
        {4096, 4096, 4096, OK}, // never lowered
        {64, spare + 16, spare + 16, NOTE},
        {64, spare + 15, spare + 15, REFUSED},
        {64, 64, 64, REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int result = outcome(rows[i].soft, rows[i].hard, 1000, rows[i].after);

        if (result != rows[i].result)
            fail_msg("row %zu: %d", i, result);
    }
}

// Threads for the connections that there are files for.
static void threads_by_files(void **state)
{
    const struct config config = {.max_connections = 1000, .threads = 2};
    const rlim_t spare = (rlim_t)file_limit_spare(&config);
    const struct {
        rlim_t allowed;
        unsigned threads;
    } rows[] = {{64, 2}, {spare, 2}, {spare + 100, 11}, {spare + 999, 100}, {spare + 1000, 101},
        {spare + 5000, 101}};
    struct rlimit before, limit;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        limit = (struct rlimit){rows[i].allowed, before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_int_equal(file_limit_threads(&config), rows[i].threads);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

// More threads and connections need more; the operator's connections are always in it.
static void what_is_needed(void **state)
{
    struct config few = {.threads = 1};
    struct config many = {.threads = 64};

    (void)state;
    assert_true(file_limit_spare(&few) > FILE_LIMIT_API_CONNECTIONS);
    assert_true(file_limit_spare(&many) >= file_limit_spare(&few) + 2 * 63); // two files a reader
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_is_raised_as_far_as_it_may_be),
        cmocka_unit_test(what_is_needed),
        cmocka_unit_test(threads_by_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
