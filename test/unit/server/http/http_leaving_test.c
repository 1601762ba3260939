// Who of all connections makes room for others, and in which order.
#include "test/unit/server/http/leaving_connections.h"

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
