// Connections that are late are ended, each once, and the one that is idle longest if need be.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/http_deadline.h"

#define COUNT 4
#define LONG_MS 600000

struct watched {
    int ends[2];
    struct http_deadline *deadline;
};

static struct watched watch(struct http_deadlines *deadlines, int64_t in_ms)
{
    struct watched w;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, w.ends), 0);
    w.deadline = http_deadline_add(deadlines, w.ends[0], in_ms, 0);
    assert_non_null(w.deadline);
    return w;
}

static void drop(struct http_deadlines *deadlines, struct watched *w)
{
    http_deadline_drop(deadlines, w->deadline);
    close(w->ends[0]);
    close(w->ends[1]);
}

static bool has_ended(const struct watched *w)
{
    char byte;
    ssize_t n = recv(w->ends[1], &byte, 1, MSG_DONTWAIT);

    assert_true(n == 0 || (n < 0 && errno == EAGAIN));
    return n == 0;
}

static void wait_end(const struct watched *w)
{
    char byte;

    assert_int_equal(read(w->ends[1], &byte, 1), 0);
}

static void expect_counts(struct http_deadlines *deadlines, uint64_t late, uint64_t open)
{
    uint64_t late_now;
    uint64_t open_now;

    http_deadline_count(deadlines, &late_now, &open_now);
    assert_int_equal(late_now, late);
    assert_int_equal(open_now, open);
}

static void who_is_late_is_ended_once(void **state)
{
    struct http_deadlines *deadlines;
    struct watched patient;
    struct watched late[COUNT];

    (void)state;
    assert_int_equal(http_deadline_start(&deadlines), 0);
    patient = watch(deadlines, LONG_MS / 10);
    for (int i = 0; i < COUNT; i++) { // one round after the other
        late[i] = watch(deadlines, i % 2 == 0 ? 0 : LONG_MS);
        if (i % 2 != 0)
            http_deadline_set(deadlines, late[i].deadline, 0);
        wait_end(&late[i]);
    }
    expect_counts(deadlines, COUNT, COUNT + 1);
    assert_false(has_ended(&patient));
    // In an order that takes them out of the middle and from both ends.
    drop(deadlines, &late[1]);
    drop(deadlines, &late[3]);
    drop(deadlines, &patient);
    drop(deadlines, &late[0]);
    expect_counts(deadlines, COUNT, 1);
    drop(deadlines, &late[2]);
    expect_counts(deadlines, COUNT, 0);
    http_deadline_stop(deadlines);
}

static void the_first_makes_room(void **state)
{
    static const int64_t in_ms[COUNT] = {LONG_MS + 200, LONG_MS, LONG_MS + 300, LONG_MS + 100};
    static const size_t order[COUNT] = {1, 3, 0, 2};
    struct http_deadlines *deadlines;
    struct watched w[COUNT];

    (void)state;
    assert_int_equal(http_deadline_start(&deadlines), 0);
    http_deadline_end_first(deadlines); // of none
    for (size_t i = 0; i < COUNT; i++)
        w[i] = watch(deadlines, in_ms[i]);
    for (size_t i = 0; i < COUNT; i++) {
        http_deadline_end_first(deadlines);
        assert_true(has_ended(&w[order[i]]));
        for (size_t k = i + 1; k < COUNT; k++)
            assert_false(has_ended(&w[order[k]]));
    }
    http_deadline_end_first(deadlines); // all have ended, and are not yet closed
    expect_counts(deadlines, 0, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        drop(deadlines, &w[i]);
    http_deadline_stop(deadlines);
    http_deadline_stop(NULL);
}

#define MAX 8
#define SOON_MS 1000000

// Owners from the one that has been idle longest to the newest, and which of them are ended, one
// after the other.
static const struct {
    const char *owners, *ended;
} rows[] = {
    {"", ""},
    {"a", "0"},
    {"aaa", "012"},
    {"abb", "1"},         // not the oldest of all, but of who has most
    {"abbb", "120"},      // with as many as another, the oldest
    {"abab", "0123"},     // likewise
    {"abcbcb", "1"},      // of three
    {"abcabcc", "2"},     // who came last has most
    {"aaaabbbb", "0415"}, // which leaves b with most, and so on
    {"aaaabbb", "014"},
};

static void who_has_most_makes_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_deadlines *deadlines;
        struct http_deadline *connections[MAX];
        int ours[MAX], theirs[MAX];
        size_t n = strlen(rows[i].owners);
        char ended[MAX + 1] = "";

        assert_int_equal(http_deadline_start(&deadlines), 0);
        for (size_t k = 0; k < n; k++) {
            int pair[2];

            assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
            ours[k] = pair[0];
            theirs[k] = pair[1];
            connections[k] = http_deadline_add(
                deadlines, ours[k], SOON_MS + (int64_t)k * 1000, (uint64_t)rows[i].owners[k]);
            assert_non_null(connections[k]);
        }
        for (size_t turn = 0; turn < strlen(rows[i].ended) || turn == 0; turn++) {
            http_deadline_end_first(deadlines);
            for (size_t k = 0; k < n; k++) {
                char byte;

                if (strchr(ended, (int)('0' + k)) == NULL && read(theirs[k], &byte, 1) == 0)
                    ended[strlen(ended)] = (char)('0' + k);
            }
        }
        if (strcmp(ended, rows[i].ended) != 0)
            fail_msg("%s: ended %s instead of %s", rows[i].owners, ended, rows[i].ended);
        for (size_t k = 0; k < n; k++) {
            http_deadline_drop(deadlines, connections[k]);
            close(ours[k]);
            close(theirs[k]);
        }
        http_deadline_stop(deadlines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_late_is_ended_once),
        cmocka_unit_test(the_first_makes_room),
        cmocka_unit_test(who_has_most_makes_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
