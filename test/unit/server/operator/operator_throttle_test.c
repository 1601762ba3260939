// How often who fails to log in may try, and that one password is judged at a time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "server/operator/operator_gate.h"
#include "server/operator/operator_throttle.h"

#define S INT64_C(1000)

static void a_name_is_slowed_where_it_fails_alone(void **state)
{
    static struct operator_throttle throttle;

    (void)state;
    throttle = (struct operator_throttle){.seed = 7};
    for (int i = 0; i < OPERATOR_THROTTLE_NAME_TRIES; i++)
        assert_int_equal(operator_throttle_take(&throttle, "anna", "192.0.2.1", S), 0);
    assert_int_equal(
        operator_throttle_take(&throttle, "anna", "192.0.2.1", S), OPERATOR_THROTTLE_NAME_S);
    assert_int_equal(operator_throttle_take(&throttle, "anna", "192.0.2.2", S), 0);
    assert_int_equal(operator_throttle_take(&throttle, "otto", "192.0.2.1", S), 0);
    assert_int_equal(operator_throttle_take(
                         &throttle, "anna", "192.0.2.1", S + OPERATOR_THROTTLE_NAME_S * S - 1),
        OPERATOR_THROTTLE_NAME_S);
    assert_int_equal(
        operator_throttle_take(&throttle, "anna", "192.0.2.1", S + OPERATOR_THROTTLE_NAME_S * S),
        0);
}

static void an_address_is_slowed_for_all_names(void **state)
{
    static struct operator_throttle throttle;
    char name[16];

    (void)state;
    throttle = (struct operator_throttle){.seed = 7};
    for (int i = 0; i < OPERATOR_THROTTLE_ADDRESS_TRIES; i++) {
        snprintf(name, sizeof name, "user%d", i);
        assert_int_equal(operator_throttle_take(&throttle, name, "192.0.2.1", S), 0);
    }
    assert_int_equal(
        operator_throttle_take(&throttle, "anna", "192.0.2.1", S), OPERATOR_THROTTLE_ADDRESS_S);
    assert_int_equal(operator_throttle_take(&throttle, "anna", "192.0.2.3", S), 0);
}

static void what_was_good_does_not_count(void **state)
{
    static struct operator_throttle throttle;

    (void)state;
    throttle = (struct operator_throttle){.seed = 7};
    for (int i = 0; i < 100; i++) {
        assert_int_equal(operator_throttle_take(&throttle, "anna", "192.0.2.1", S), 0);
        operator_throttle_give(&throttle, "anna", "192.0.2.1");
    }
}

// Thousands of addresses are let in again early, and take nobody's memory.
static void there_is_a_place_for_each(void **state)
{
    static struct operator_throttle throttle;
    char address[24];

    (void)state;
    throttle = (struct operator_throttle){.seed = 7};
    for (int i = 0; i < 100000; i++) {
        snprintf(address, sizeof address, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        assert_int_equal(operator_throttle_take(&throttle, "anna", address, S), 0);
    }
}

static struct operator_gate gate;
static _Atomic int inside, most, entered, refused;

static void *enter(void *behind)
{
    struct timespec pause = {.tv_nsec = 200000000};

    if (operator_gate_enter(&gate, *(const size_t *)behind, NULL) < 0) {
        refused++;
        return NULL;
    }
    entered++;
    if (++inside > most)
        most = inside;
    nanosleep(&pause, NULL);
    inside--;
    operator_gate_leave(&gate);
    return NULL;
}

static void one_is_judged_at_a_time_and_few_wait(void **state)
{
    static const size_t strangers = OPERATOR_GATE_STRANGERS;
    static const size_t all = OPERATOR_GATE_ALL;
    pthread_t threads[9];
    struct timespec look = {.tv_nsec = 1000000};

    (void)state;
    operator_gate_init(&gate);
    assert_int_equal(operator_gate_enter(&gate, strangers, NULL), 0);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, enter, (void *)(uintptr_t)&strangers), 0);
    while (refused < 8 - OPERATOR_GATE_STRANGERS)
        nanosleep(&look, NULL);
    // Who is known, and who is at the machine, has a place behind them.
    assert_int_equal(pthread_create(&threads[8], NULL, enter, (void *)(uintptr_t)&all), 0);
    while (entered + refused < 9 && inside == 0) {
        pthread_mutex_lock(&gate.lock);
        bool stands = gate.waiting == OPERATOR_GATE_STRANGERS + 1;
        pthread_mutex_unlock(&gate.lock);
        if (stands)
            break;
        nanosleep(&look, NULL);
    }
    assert_int_equal(entered, 0);
    assert_int_equal(operator_gate_enter(&gate, OPERATOR_GATE_STRANGERS, NULL), ERR_UNAVAILABLE);
    operator_gate_leave(&gate);
    while (entered < OPERATOR_GATE_STRANGERS + 1 || inside > 0)
        nanosleep(&look, NULL);
    for (size_t i = 0; i < 9; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(most, 1);
    assert_int_equal(refused, 8 - OPERATOR_GATE_STRANGERS);
    operator_gate_clear(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_slowed_where_it_fails_alone),
        cmocka_unit_test(an_address_is_slowed_for_all_names),
        cmocka_unit_test(what_was_good_does_not_count),
        cmocka_unit_test(there_is_a_place_for_each),
        cmocka_unit_test(one_is_judged_at_a_time_and_few_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
