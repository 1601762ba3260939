// Shares of a queue, against a plain list of who holds what.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>

#include "server/store/store_share.h"

#define SOURCES 40
#define PLACES 64

static void test_a_part_of_what_is_free(void **state)
{
    struct store_share *share = store_share_new(PLACES);

    (void)state;
    assert_false(store_share_take(share, 1, STORE_SHARE_PART - 1));
    assert_true(store_share_take(share, 1, STORE_SHARE_PART));
    assert_false(store_share_take(share, 1, STORE_SHARE_PART)); // it has its one
    assert_true(store_share_take(share, 2, STORE_SHARE_PART));  // which is nobody else's matter
    assert_true(store_share_take(share, 1, 2 * STORE_SHARE_PART));
    assert_false(store_share_take(share, 1, 2 * STORE_SHARE_PART + 1));
    store_share_force(share, 1);
    store_share_give(share, 1);
    store_share_give(share, 1);
    assert_true(store_share_take(share, 1, 2 * STORE_SHARE_PART));
    store_share_give(share, 3); // has none
    store_share_free(share);
    store_share_free(NULL);
}

// One that floods leaves others their places: it gets no more than its part, and they find theirs.
static void test_a_flood_leaves_room(void **state)
{
    static const size_t floods[] = {1, 2, 10, 100, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof floods / sizeof floods[0]; i++) {
        size_t places = 32768;
        size_t taken = 0;
        bool more = true;
        struct store_share *share = store_share_new(places);

        while (more) {
            more = false;
            for (size_t k = 0; k < floods[i]; k++) {
                bool took = store_share_take(share, (int64_t)(0x84f3eb000000 + k), places - taken);

                taken += took;
                more = more || took;
            }
        }
        assert_true(taken < places * floods[i] / STORE_SHARE_PART + floods[i]);
        assert_true(places - taken >= 2 * STORE_SHARE_PART);
        assert_true(store_share_take(share, 1, places - taken));
        assert_true(store_share_take(share, 1, places - taken - 1));
        store_share_free(share);
    }
}

// Sources come and go; many begin at the same place of the table.
static void test_like_a_list(void **state)
{
    struct store_share *share = store_share_new(PLACES);
    size_t held[SOURCES] = {0};
    size_t total = 0;
    unsigned random = 1;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        random = random * 1103515245u + 12345u;

        size_t k = (random >> 16) % SOURCES;
        int64_t source = (int64_t)k * 1024;
        bool give = (random >> 8 & 3) == 0 ? total > 0 : total >= PLACES;

        if (give) {
            while (held[k] == 0)
                k = (k + 1) % SOURCES;
            store_share_give(share, (int64_t)k * 1024);
            held[k]--;
            total--;
        } else {
            bool may = held[k] < (PLACES - total) * 3 / STORE_SHARE_PART;

            assert_int_equal(store_share_take(share, source, (PLACES - total) * 3), may);
            held[k] += may;
            total += may;
        }
    }
    for (size_t k = 0; k < SOURCES; k++) { // exactly so many are left
        bool may = store_share_take(share, (int64_t)k * 1024, (held[k] + 1) * STORE_SHARE_PART);

        assert_true(may);
        assert_false(store_share_take(share, (int64_t)k * 1024, (held[k] + 1) * STORE_SHARE_PART));
    }
    store_share_free(share);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_part_of_what_is_free),
        cmocka_unit_test(test_a_flood_leaves_room),
        cmocka_unit_test(test_like_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
