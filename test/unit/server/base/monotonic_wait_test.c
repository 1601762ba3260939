// Times to wait until, and conditions that go by them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>

#include "server/base/clock.h"
#include "server/base/monotonic_wait.h"

static int64_t ms_of(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

static void test_until(void **state)
{
    static const int64_t rows[] = {0, 1, 50, 999, 1000, 1001, 86400000};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t before_ms = clock_monotonic_ms();
        struct timespec until = monotonic_wait_until(rows[i]);

        assert_in_range(until.tv_nsec, 0, 999999999);
        assert_true(ms_of(&until) >= before_ms + rows[i]);
        assert_true(ms_of(&until) <= clock_monotonic_ms() + rows[i]);
    }
}

static void test_condition(void **state)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    struct timespec until = monotonic_wait_until(20);
    pthread_cond_t condition;
    int rc = 0;

    (void)state;
    monotonic_wait_init(&condition);
    pthread_mutex_lock(&mutex);
    while (rc == 0)
        rc = pthread_cond_timedwait(&condition, &mutex, &until);
    pthread_mutex_unlock(&mutex);
    assert_int_equal(rc, ETIMEDOUT);
    assert_true(clock_monotonic_ms() >= ms_of(&until));
    pthread_cond_destroy(&condition);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_until),
        cmocka_unit_test(test_condition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
