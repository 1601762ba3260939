// Who of an address's connections makes room.
#include "test/unit/server/http/leaving_connections.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crowd_makes_room_for_others),
        cmocka_unit_test(an_address_makes_room_of_its_own),
        cmocka_unit_test(an_address_makes_room_for_several),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
