// Who makes room for others, and in which order: of all connections, and of an address's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/http/http_crowd.h"
#include "server/http/http_deadline.h"

#define MAX 9
#define MANY 100
#define LONG_MS 600000
#define STEP_MS 10 // between one connection and the next
#define HALF_MS 2500

static _Atomic int64_t now_ms = 1000000; // also for the thread of the deadlines

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int64_t __wrap_clock_monotonic_ms(void);

int64_t __wrap_clock_monotonic_ms(void)
{
    return now_ms;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

// Connections, from the one that came first to the newest: u, it has said nothing; r, the server
// has not read yet what it said; h, it has begun its handshake; i, it is idle; b, at work.
struct connections {
    size_t n;
    struct http_deadlines *deadlines;
    struct http_deadline *all[MANY]; // NULL: it was dropped
    int ours[MANY], theirs[MANY];
};

static void come_to(struct connections *c, size_t i, char phase)
{
    struct http_deadline *deadline = c->all[i];

    if (phase == 'r')
        assert_int_equal(write(c->theirs[i], "\x16", 1), 1);
    if (phase == 'h')
        http_deadline_set(c->deadlines, deadline, HTTP_CROWD_HEARD, LONG_MS);
    if (phase == 'b' || phase == 'i')
        http_deadline_set(c->deadlines, deadline, HTTP_CROWD_BUSY, LONG_MS);
    if (phase == 'i')
        http_deadline_set(c->deadlines, deadline, HTTP_CROWD_IDLE, LONG_MS);
}

static void come(struct connections *c, const char *phases, struct http_crowd *crowd)
{
    for (size_t i = 0; i < strlen(phases); i++) {
        int pair[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
        c->ours[c->n] = pair[0];
        c->theirs[c->n] = pair[1];
        c->all[c->n] = http_deadline_add(c->deadlines, pair[0], LONG_MS, 0, crowd);
        assert_non_null(c->all[c->n]);
        come_to(c, c->n, phases[i]);
        c->n++;
        now_ms += STEP_MS;
    }
}

static void start(struct connections *c)
{
    *c = (struct connections){0};
    assert_int_equal(http_deadline_start(0, 0, &c->deadlines), 0);
}

static void drop(struct connections *c, size_t i)
{
    http_deadline_drop(c->deadlines, c->all[i]);
    c->all[i] = NULL;
    close(c->ours[i]);
    close(c->theirs[i]);
}

static void stop(struct connections *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->all[i] != NULL)
            drop(c, i);
    }
    http_deadline_stop(c->deadlines);
}

static bool has_ended(const struct connections *c, size_t i)
{
    char byte;

    return recv(c->theirs[i], &byte, 1, MSG_DONTWAIT) == 0;
}

// Appends who has ended since this was asked last, and drops them if that is wanted.
static void note_ended(struct connections *c, char ended[MAX + 1], bool drops)
{
    for (size_t i = 0; i < c->n; i++) {
        if (strchr(ended, (int)('0' + i)) != NULL || !has_ended(c, i))
            continue;
        ended[strlen(ended)] = (char)('0' + i);
        if (drops)
            drop(c, i);
    }
}

static uint64_t count_left(struct connections *c)
{
    struct http_deadline_counters counters;

    http_deadline_count(c->deadlines, &counters);
    return counters.left;
}

// When the newest of those connections has been there for so long, these are ended.
struct row {
    const char *phases;
    int64_t later_ms;
    const char *ended;
};

static void expect(const char *phases, int64_t later_ms, const char *ended, const char *expected)
{
    if (strcmp(ended, expected) != 0)
        fail_msg("%s, %d ms later: ended %s instead of %s", phases, (int)later_ms, ended, expected);
}

// Those of all are ended one by one, each being closed before the next.
static void who_asks_nothing_makes_room(void **state)
{
    static const struct row rows[] = {
        {"", HALF_MS, ""}, {"b", HALF_MS, ""}, {"u", HALF_MS, "0"}, {"h", HALF_MS, "0"},
        {"i", HALF_MS, "0"}, {"uuu", HALF_MS, "012"}, {"huh", HALF_MS, "012"},
        {"bub", HALF_MS, "1"}, {"ih", HALF_MS, "10"}, // who has asked nothing before who has
        {"bihbiu", HALF_MS, "2514"}, {"iihu", HALF_MS, "2301"}, {"hbibu", HALF_MS, "042"},
        {"uhi", HALF_MS - STEP_MS, "01"}, // who has just come stays
        {"uhi", HALF_MS - 2 * STEP_MS, "0"}, {"uhi", HALF_MS - 3 * STEP_MS, ""},
        {"ihu", HALF_MS - 2 * STEP_MS, "0"}, // nor does it keep others
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct connections c;
        char ended[MAX + 1] = "";

        start(&c);
        come(&c, rows[i].phases, NULL);
        now_ms += rows[i].later_ms - STEP_MS; // since the newest came
        while (http_deadline_end_old(c.deadlines, 1, HALF_MS) > 0)
            note_ended(&c, ended, true);
        expect(rows[i].phases, rows[i].later_ms, ended, rows[i].ended);
        assert_int_equal(count_left(&c), strlen(ended));
        stop(&c);
    }
}

// Several at once, but of those that are idle one alone.
static void several_make_room_at_once(void **state)
{
    struct connections c;
    char ended[MAX + 1] = "";

    (void)state;
    start(&c);
    come(&c, "huihbi", NULL);
    now_ms += HALF_MS;
    assert_int_equal(http_deadline_end_old(c.deadlines, 2, HALF_MS), 2);
    assert_int_equal(http_deadline_end_old(c.deadlines, 2, HALF_MS), 1);
    assert_int_equal(http_deadline_end_old(c.deadlines, 2, HALF_MS), 0); // they are about to leave
    note_ended(&c, ended, true);
    expect("huihbi", HALF_MS, ended, "013");
    assert_int_equal(http_deadline_end_old(c.deadlines, 2, HALF_MS), 1);
    assert_int_equal(http_deadline_end_old(c.deadlines, 2, HALF_MS), 0);
    note_ended(&c, ended, true);
    expect("huihbi", HALF_MS, ended, "0132");
    assert_int_equal(http_deadline_end_old(c.deadlines, 2, HALF_MS), 1);
    note_ended(&c, ended, true);
    expect("huihbi", HALF_MS, ended, "01325");
    stop(&c);
}

// Before those, who had a tenth of a second to say something.
static void who_has_said_nothing_leaves_first(void **state)
{
    struct connections c;
    char ended[MAX + 1] = "";

    (void)state;
    start(&c);
    come(&c, "hurubiuu", NULL);
    now_ms += 100 - 2 * STEP_MS; // of which the last has one step less
    assert_int_equal(http_deadline_end_unheard(c.deadlines, 2), 2);
    note_ended(&c, ended, false);
    expect("hurubiuu", 80, ended, "13");
    assert_int_equal(http_deadline_end_unheard(c.deadlines, 2), 1);
    note_ended(&c, ended, false);
    expect("hurubiuu", 80, ended, "136");
    assert_int_equal(http_deadline_end_unheard(c.deadlines, 2), 0);
    now_ms += STEP_MS;
    assert_int_equal(http_deadline_end_unheard(c.deadlines, 2), 1);
    note_ended(&c, ended, false);
    expect("hurubiuu", 90, ended, "1367");
    assert_int_equal(count_left(&c), 4);
    stop(&c);
}

// At last, who is in the newer half of those that have asked nothing.
static void the_newer_half_leaves_at_last(void **state)
{
    static const struct row rows[] = {
        {"", 0, ""},
        {"bi", HALF_MS, ""},
        {"u", 0, "0"},
        {"h", 0, "0"},
        {"uhbhu", 0, "034"},
        {"hhhhh", 0, "234"},
        {"hhhhh", HALF_MS, "234"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct connections c;
        char ended[MAX + 1] = "";

        start(&c);
        come(&c, rows[i].phases, NULL);
        now_ms += rows[i].later_ms;
        for (unsigned n = (unsigned)strlen(rows[i].ended), at_once = 2; n > 0; n -= at_once) {
            at_once = n < at_once ? n : at_once;
            assert_int_equal(http_deadline_end_newer(c.deadlines, 2), at_once);
            note_ended(&c, ended, false);
        }
        assert_int_equal(http_deadline_end_newer(c.deadlines, 2), 0);
        expect(rows[i].phases, rows[i].later_ms, ended, rows[i].ended);
        assert_int_equal(count_left(&c), strlen(ended));
        stop(&c);
    }
}

// Those that were ended and are not closed yet are room that is to come: more of it helps nobody.
static void so_many_leave_at_once_at_most(void **state)
{
    struct http_crowd crowd = {0};
    struct connections c;

    (void)state;
    start(&c);
    for (int i = 0; i < MANY; i++)
        come(&c, "u", &crowd);
    now_ms += 100;
    assert_int_equal(http_deadline_end_unheard(c.deadlines, MANY), 64);
    assert_int_equal(http_deadline_end_unheard(c.deadlines, MANY), 0);
    assert_int_equal(http_deadline_end_newer(c.deadlines, MANY), 0);
    assert_int_equal(http_deadline_end_old(c.deadlines, MANY, 0), 0);
    assert_int_equal(http_deadline_end_crowded(c.deadlines, MANY), 0);
    for (size_t i = 0; i < 10; i++)
        drop(&c, i);
    assert_int_equal(http_deadline_end_unheard(c.deadlines, MANY), 10);
    for (size_t i = 10; i < 20; i++)
        drop(&c, i);
    assert_int_equal(http_deadline_end_newer(c.deadlines, MANY), 10);
    for (size_t i = 20; i < 30; i++)
        drop(&c, i);
    assert_int_equal(http_deadline_end_old(c.deadlines, MANY, 0), 10);
    stop(&c);
}

// Of an address's own, for one newcomer after the other, while none of them is closed.
static void an_address_makes_room_of_its_own(void **state)
{
    static const struct row rows[] = {
        {"", 0, ""},
        {"b", HALF_MS, ""},
        {"u", 0, "0"}, // however lately it came
        {"h", 0, "0"},
        {"uuu", 0, "012"},
        {"bubh", 0, "13"},
        {"huh", 0, "12"}, // the older half of those in a handshake stays
        {"hhh", 0, "12"},
        {"hhhhh", 0, "234"},
        {"hhhhh", HALF_MS - 3 * STEP_MS, "0134"}, // for a while
        {"hhhhh", HALF_MS, "01234"},
        {"huu", 100, "120"}, // who had time to say something, and did not
        {"huu", 90, "102"},
        {"huu", 89, "012"},
        {"hru", 100, "21"},
        {"i", HALF_MS - 1, ""},
        {"i", HALF_MS, "0"},
        {"iuh", 0, "12"},
        {"ibuih", HALF_MS, "2403"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_crowd crowd = {0}, other = {0};
        struct connections c;
        char ended[MAX + 1] = "";
        unsigned leaving = 0;

        start(&c);
        come(&c, rows[i].phases, &crowd);
        come(&c, "uhi", &other);                  // last, so that their numbers are not in the way
        now_ms += rows[i].later_ms - 4 * STEP_MS; // since the newest came
        while (http_deadline_end_of(c.deadlines, &crowd, leaving + 1, HALF_MS)) {
            leaving++;
            assert_int_equal(crowd.leaving, leaving);
            assert_true(http_deadline_end_of(c.deadlines, &crowd, leaving, HALF_MS));
            note_ended(&c, ended, false);
        }
        expect(rows[i].phases, rows[i].later_ms, ended, rows[i].ended);
        assert_int_equal(count_left(&c), strlen(ended));
        assert_int_equal(other.leaving, 0);
        stop(&c);
        assert_int_equal(crowd.leaving, 0);
    }
}

// More at once, as when several have come since one was closed.
static void an_address_makes_room_for_several(void **state)
{
    struct http_crowd crowd = {0};
    struct connections c;
    char ended[MAX + 1] = "";

    (void)state;
    start(&c);
    come(&c, "uhbu", &crowd);
    assert_true(http_deadline_end_of(c.deadlines, &crowd, 2, HALF_MS));
    note_ended(&c, ended, true);
    expect("uhbu", 0, ended, "01");
    assert_int_equal(crowd.leaving, 0);
    assert_false(http_deadline_end_of(c.deadlines, &crowd, 2, HALF_MS)); // only one is left
    assert_int_equal(crowd.leaving, 1);
    stop(&c);
}

// Of all, the newer ones of the address with most of them, if those are a crowd.
static void a_crowd_makes_room_for_others(void **state)
{
    enum { FEW = 16 };
    struct http_crowd large = {0}, small = {0}, asking = {0};
    struct connections c;

    (void)state;
    start(&c);
    assert_int_equal(http_deadline_end_crowded(c.deadlines, 1), 0);
    for (int i = 0; i < FEW; i++) {
        come(&c, "u", &small); // 0, 4, 8, ...
        come(&c, "h", &large);
        come(&c, "i", &asking);
        come(&c, "b", &asking);
    }
    assert_int_equal(http_deadline_end_crowded(c.deadlines, MANY), 0);
    come(&c, "hhh", &large); // 64 to 66
    assert_int_equal(http_deadline_end_crowded(c.deadlines, 2), 2);
    assert_int_equal(http_deadline_end_crowded(c.deadlines, MANY), 1); // few are left
    assert_int_equal(http_deadline_end_crowded(c.deadlines, MANY), 0);
    assert_int_equal(large.leaving, 3);
    assert_int_equal(small.leaving + asking.leaving, 0);
    for (size_t i = 0; i < FEW / 2; i++)
        assert_false(has_ended(&c, 4 * i + 1)); // the older half stays
    assert_int_equal(count_left(&c), 3);
    come(&c, "uuuu", &small);
    assert_int_equal(http_deadline_end_crowded(c.deadlines, MANY), 4);
    assert_int_equal(small.leaving, 4);
    stop(&c);
}

// Of several that came in the same moment it is the first.
static void the_first_of_a_moment_makes_room(void **state)
{
    struct connections c;
    char ended[MAX + 1] = "";

    (void)state;
    start(&c);
    for (int i = 0; i < 3; i++) {
        come(&c, "u", NULL);
        now_ms -= STEP_MS;
    }
    for (int i = 0; i < 3; i++) {
        http_deadline_end_first(c.deadlines);
        note_ended(&c, ended, true);
    }
    expect("uuu", 0, ended, "012");
    stop(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_asks_nothing_makes_room),
        cmocka_unit_test(the_first_of_a_moment_makes_room),
        cmocka_unit_test(several_make_room_at_once),
        cmocka_unit_test(who_has_said_nothing_leaves_first),
        cmocka_unit_test(the_newer_half_leaves_at_last),
        cmocka_unit_test(so_many_leave_at_once_at_most),
        cmocka_unit_test(a_crowd_makes_room_for_others),
        cmocka_unit_test(an_address_makes_room_of_its_own),
        cmocka_unit_test(an_address_makes_room_for_several),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
