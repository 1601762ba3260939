// The watchdog: a program that hangs is started anew, one that rests or is fed is not.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "firmware/port/host/watchdog.h"

#define STARTED_ANEW 42 // this program's exit status when the watchdog has started it
#define LEFT_ALONE 43
#define SKIPPED 77 // cannot be tried here

static char *const arguments[] = {"watchdog_test", "--started-anew", NULL};

static void sleep_ms(long ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    while (nanosleep(&time, &time) != 0)
        continue;
}

static void hang(struct watchdog *watchdog)
{
    watchdog_feed(watchdog);
    for (;;)
        sleep_ms(1000);
}

static void feed_in_time(struct watchdog *watchdog)
{
    for (int i = 0; i < 10; i++) {
        watchdog_feed(watchdog);
        sleep_ms(50);
    }
    watchdog_clear(watchdog);
    _exit(LEFT_ALONE);
}

static void rest(struct watchdog *watchdog)
{
    watchdog_feed(watchdog);
    watchdog_rest(watchdog);
    sleep_ms(600);
    _exit(LEFT_ALONE);
}

static int run(void (*what)(struct watchdog *watchdog))
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        static struct watchdog watchdog;

        if (watchdog_init(&watchdog, arguments, 300) != 0)
            _exit(1);
        what(&watchdog);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void what_hangs_is_started_anew(void **state)
{
    (void)state;
    assert_int_equal(run(hang), STARTED_ANEW);
}

static void what_is_fed_or_rests_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(run(feed_in_time), LEFT_ALONE);
    assert_int_equal(run(rest), LEFT_ALONE);
}

// Whether the system can execute this program. An emulated one was begun by the emulator: by itself
// the kernel knows nothing of such programs, unless it is told to (binfmt_misc).
static bool can_be_executed(void)
{
    pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        (void)execv("/proc/self/exe", arguments);
        _exit(errno == ENOEXEC ? SKIPPED : 1);
    }
    return pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
           WEXITSTATUS(status) != SKIPPED;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_fed_or_rests_is_left_alone)};
    const struct CMUnitTest hanging[] = {cmocka_unit_test(what_hangs_is_started_anew)};

    if (argc == 2 && strcmp(argv[1], arguments[1]) == 0)
        return STARTED_ANEW;

    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    if (can_be_executed())
        return failed + cmocka_run_group_tests(hanging, NULL, NULL);
    puts("what_hangs_is_started_anew: the system does not execute an emulated program by itself");
    return failed != 0 ? failed : SKIPPED;
}
