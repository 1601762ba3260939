// When messages may be acknowledged.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/mqtt/mqtt_receipt.h"

struct keeper {
    bool can;
    unsigned asked;
};

static bool keep(void *ctx)
{
    struct keeper *keeper = ctx;

    keeper->asked++;
    return keeper->can;
}

// One look at the receipt: when, after a message or not, and what comes of it.
struct look {
    int64_t at_ms;
    bool message, can_keep;
    unsigned asked;
    bool may_write;
};

static void check(const struct look *looks, size_t count)
{
    struct keeper keeper = {0};
    struct mqtt_callbacks callbacks = {.on_receipt = keep, .ctx = &keeper};
    struct mqtt_receipt receipt = {0};

    for (size_t i = 0; i < count; i++) {
        const struct look *look = &looks[i];

        keeper = (struct keeper){.can = look->can_keep};
        if (look->message)
            mqtt_receipt_note(&receipt, look->at_ms);
        assert_int_equal(
            mqtt_receipt_may_write(&receipt, &callbacks, look->at_ms), look->may_write);
        assert_int_equal(keeper.asked, look->asked);
    }
}

#define CHECK(looks) check(looks, sizeof(looks) / sizeof(looks)[0])

static void test_kept_first(void **state)
{
    static const struct look looks[] = {
        {5000, false, false, 0, true}, // nothing is owed
        {5001, true, true, 1, true},
        {5002, false, true, 0, true}, // no more
        {5003, true, true, 1, true},
    };

    (void)state;
    CHECK(looks);
}

static void test_asked_once_a_second(void **state)
{
    static const struct look looks[] = {
        {5000, true, false, 1, false},
        {5999, true, true, 0, false},
        {6000, false, false, 1, false},
        {6500, false, true, 0, false},
        {7000, false, true, 1, true},
        {7001, true, false, 1, false}, // a message later has a time of its own
        {8001, false, true, 1, true},
    };

    (void)state;
    CHECK(looks);
}

static void test_not_for_ever(void **state)
{
    static const struct look looks[] = {
        {5000, true, false, 1, false},
        {14999, true, false, 1, false}, // the time is the first message's
        {15998, true, false, 0, false}, {15999, false, false, 1, true},
        {16000, true, false, 0, true}, // nor what comes then
        {16999, true, false, 1, true}, {17999, false, true, 1, true},
        {18000, true, false, 1, false}, // anew, since it was kept
    };

    (void)state;
    CHECK(looks);
}

static void test_nobody_keeps(void **state)
{
    struct mqtt_callbacks callbacks = {0};
    struct mqtt_receipt receipt = {0};

    (void)state;
    mqtt_receipt_note(&receipt, 5000);
    assert_true(mqtt_receipt_may_write(&receipt, &callbacks, 5000));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_first),
        cmocka_unit_test(test_asked_once_a_second),
        cmocka_unit_test(test_not_for_ever),
        cmocka_unit_test(test_nobody_keeps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
