// The order in which connections make room, and what comes of it in a rush.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

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

// Who moves on is the newest of the next phase, in the crowd of all and in its address's.
static void who_moves_is_the_newest(void **state)
{
    struct http_crowd all = {0}, address = {0};
    struct http_crowd_member members[3];

    (void)state;
    for (int k = 0; k < 3; k++) {
        members[k] = (struct http_crowd_member){
            .fd = -1, .phase = HTTP_CROWD_IDLE, .since_ms = k, .all = &all, .crowd = &address};
        http_crowd_enter(&members[k]);
    }
    http_crowd_move(&members[0], HTTP_CROWD_IDLE, 5); // it stays where it is
    assert_ptr_equal(http_crowd_old(&all, 10), &members[0]);
    http_crowd_move(&members[0], HTTP_CROWD_BUSY, 10);
    assert_ptr_equal(http_crowd_old(&all, 10), &members[1]);
    assert_ptr_equal(http_crowd_old(&address, 10), &members[1]);
    http_crowd_move(&members[0], HTTP_CROWD_IDLE, 20);
    http_crowd_leave(&members[1]);
    http_crowd_leave(&members[2]);
    assert_null(http_crowd_old(&all, 19));
    assert_ptr_equal(http_crowd_old(&all, 20), &members[0]);
    assert_ptr_equal(http_crowd_old(&address, 20), &members[0]);
}

// Who has not said a word in a tenth of a second, and not who has said one that nobody has read
// yet.
static void who_is_unread_is_heard(void **state)
{
    struct http_crowd all = {0};
    struct http_crowd_member members[2];
    int fds[2][2];

    (void)state;
    for (int k = 0; k < 2; k++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds[k]), 0);
        enter(&all, &members[k], k, HTTP_CROWD_UNHEARD);
        members[k].fd = fds[k][0];
    }
    assert_int_equal(write(fds[0][1], "x", 1), 1);
    assert_true(http_crowd_is_unread(&members[0]));
    assert_false(http_crowd_is_unread(&members[1]));
    assert_null(http_crowd_unheard(&all, 99)); // it is early yet
    assert_int_equal(members[0].phase, HTTP_CROWD_UNHEARD);
    assert_ptr_equal(http_crowd_unheard(&all, 101), &members[1]);
    assert_int_equal(members[0].phase, HTTP_CROWD_HEARD);
    assert_int_equal(members[0].since_ms, 101);
    http_crowd_leave(&members[1]);
    assert_null(http_crowd_unheard(&all, INT64_MAX));
    for (int k = 0; k < 4; k++)
        (void)close(fds[k / 2][k % 2]);
}

// Of those that have asked nothing the oldest, whether they have begun or not.
static void who_is_silent_goes_by_age(void **state)
{
    struct http_crowd all = {0};
    struct http_crowd_member unheard, heard, idle;

    (void)state;
    enter(&all, &idle, 0, HTTP_CROWD_IDLE);
    enter(&all, &heard, 1, HTTP_CROWD_HEARD);
    assert_ptr_equal(http_crowd_old(&all, 2), &heard);
    enter(&all, &unheard, 2, HTTP_CROWD_UNHEARD);
    assert_ptr_equal(http_crowd_old(&all, 2), &heard);
    http_crowd_leave(&heard);
    assert_ptr_equal(http_crowd_old(&all, 2), &unheard);
    enter(&all, &heard, 3, HTTP_CROWD_HEARD);
    assert_ptr_equal(http_crowd_old(&all, 3), &unheard);
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
        cmocka_unit_test(who_moves_is_the_newest),
        cmocka_unit_test(who_is_unread_is_heard),
        cmocka_unit_test(who_is_silent_goes_by_age),
        cmocka_unit_test(slow_devices_get_on_in_a_rush),
        cmocka_unit_test(quick_devices_get_on_beside_who_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
