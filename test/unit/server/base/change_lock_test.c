// Readers without a pause between them do not keep a change out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "server/base/change_lock.h"

struct place {
    pthread_rwlock_t lock;
    atomic_bool begins, changes;
};

static void *change(void *ctx)
{
    struct place *place = ctx;

    place->begins = true;
    pthread_rwlock_wrlock(&place->lock);
    place->changes = true;
    pthread_rwlock_unlock(&place->lock);
    return NULL;
}

// While one reads and one waits to change, nobody else begins to read.
static void who_changes_comes_before_who_reads_next(void **state)
{
    struct place place = {.begins = false};
    struct timespec second;
    pthread_t thread;
    int rc = 0;

    (void)state;
    change_lock_init(&place.lock);
    pthread_rwlock_rdlock(&place.lock);
    assert_int_equal(pthread_create(&thread, NULL, change, &place), 0);
    for (int i = 0; i < 1000 && rc == 0; i++) { // until it waits
        usleep(1000);
        rc = pthread_rwlock_tryrdlock(&place.lock);
        if (rc == 0)
            pthread_rwlock_unlock(&place.lock);
    }
    assert_true(place.begins);
    assert_true(rc != 0);
    assert_false(place.changes);
    pthread_rwlock_unlock(&place.lock);
    clock_gettime(CLOCK_REALTIME, &second);
    second.tv_sec += 10;
    assert_int_equal(pthread_rwlock_timedrdlock(&place.lock, &second), 0);
    assert_true(place.changes);
    pthread_rwlock_unlock(&place.lock);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_rwlock_destroy(&place.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_changes_comes_before_who_reads_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
