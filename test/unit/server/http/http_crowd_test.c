// The order in which connections make room, and what comes of it in a rush.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "server/http/http_crowd.h"

static void enter(struct http_crowd *all, struct http_crowd_member *member, int64_t since_ms,
    enum http_crowd_phase phase)
{
    *member =
        (struct http_crowd_member){.fd = -1, .phase = phase, .since_ms = since_ms, .all = all};
    http_crowd_enter(member);
}

static void a_crowd_keeps_the_order(void **state)
{
    static const int orders[][3] = {
        {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    struct http_crowd_member members[4];
    struct http_crowd crowd = {0};

    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        bool gone[3] = {false, false, false};

        for (int k = 0; k < 3; k++)
            enter(&crowd, &members[k], k, HTTP_CROWD_IDLE);
        enter(&crowd, &members[3], 0, HTTP_CROWD_BUSY);
        for (int k = 0; k < 3; k++) {
            int oldest = gone[0] ? gone[1] ? 2 : 1 : 0;

            assert_ptr_equal(http_crowd_old(&crowd, oldest), &members[oldest]);
            assert_null(http_crowd_old(&crowd, oldest - 1));
            http_crowd_leave(&members[orders[i][k]]);
            gone[orders[i][k]] = true;
        }
        http_crowd_leave(&members[3]);
        assert_null(http_crowd_old(&crowd, INT64_MAX));
    }
}

#define PLACES 20
#define HALF_MS 2500
#define ARRIVALS 1000

// The connections of an address in a rush of handshakes; at done_ms each has come to the end of
// its.
struct rush {
    struct http_crowd crowd;
    struct http_crowd_member members[PLACES];
    int64_t done_ms[PLACES];
    bool taken[PLACES];
    unsigned done;
};

static void go(struct rush *rush, size_t i)
{
    http_crowd_leave(&rush->members[i]);
    rush->taken[i] = false;
}

// If need be, another makes room.
static size_t find_place(struct rush *rush, int64_t now_ms)
{
    struct http_crowd_member *leaves;

    for (size_t i = 0; i < PLACES; i++) {
        if (!rush->taken[i])
            return i;
    }
    leaves = http_crowd_old(&rush->crowd, now_ms - HALF_MS);
    if (leaves == NULL)
        leaves = http_crowd_newer(&rush->crowd);
    assert_non_null(leaves);
    go(rush, (size_t)(leaves - rush->members));
    return (size_t)(leaves - rush->members);
}

// For ten seconds one comes every ten milliseconds. Every nth needs so long for its handshake, the
// others do not go on with theirs. How many were done.
static unsigned come(unsigned nth, int64_t needs_ms)
{
    struct rush rush = {0};

    for (unsigned k = 0; k < ARRIVALS; k++) {
        int64_t now_ms = 10 * (int64_t)k;

        for (size_t i = 0; i < PLACES; i++) {
            if (rush.taken[i] && rush.done_ms[i] <= now_ms) {
                rush.done++;
                go(&rush, i);
            }
        }

        size_t at = find_place(&rush, now_ms);

        enter(&rush.crowd, &rush.members[at], now_ms, HTTP_CROWD_HEARD);
        rush.done_ms[at] = k % nth == 0 ? now_ms + needs_ms : INT64_MAX;
        rush.taken[at] = true;
    }
    return rush.done;
}

// As after a power cut, when more come than there can be, and all of them are slow: half of the
// places serve one after the other.
static void slow_devices_get_on_in_a_rush(void **state)
{
    (void)state;
    assert_in_range(come(1, 1000), PLACES / 2 * 8, PLACES / 2 * 10);
}

static void quick_devices_get_on_beside_who_does_not(void **state)
{
    (void)state;
    assert_in_range(come(4, 50), ARRIVALS / 4 - 2, ARRIVALS / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crowd_keeps_the_order),
        cmocka_unit_test(slow_devices_get_on_in_a_rush),
        cmocka_unit_test(quick_devices_get_on_beside_who_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
