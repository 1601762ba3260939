// Connections that are late are ended, each once, and the one that is idle longest if need be.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/http/http_deadline.h"
#include "server/http/http_verdict.h"

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
    w.deadline = http_deadline_add(deadlines, w.ends[0], in_ms, 0, NULL);
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
    struct http_deadline_counters now;

    http_deadline_count(deadlines, &now);
    assert_int_equal(now.late, late);
    assert_int_equal(now.open, open);
}

static void who_is_late_is_ended_once(void **state)
{
    struct http_deadlines *deadlines;
    struct watched patient;
    struct watched late[COUNT];

    (void)state;
    assert_int_equal(http_deadline_start(0, 0, &deadlines), 0);
    patient = watch(deadlines, LONG_MS / 10);
    for (int i = 0; i < COUNT; i++) { // one round after the other
        late[i] = watch(deadlines, i % 2 == 0 ? 0 : LONG_MS);
        if (i % 2 != 0)
            http_deadline_set(deadlines, late[i].deadline, HTTP_CROWD_BUSY, 0);
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
    assert_int_equal(http_deadline_start(0, 0, &deadlines), 0);
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

        assert_int_equal(http_deadline_start(0, 0, &deadlines), 0);
        for (size_t k = 0; k < n; k++) {
            int pair[2];

            assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
            ours[k] = pair[0];
            theirs[k] = pair[1];
            connections[k] = http_deadline_add(
                deadlines, ours[k], SOON_MS + (int64_t)k * 1000, (uint64_t)rows[i].owners[k], NULL);
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

// A request that is under way when the connection was ended does not bring it back.
static void who_was_ended_stays_so(void **state)
{
    struct http_deadlines *deadlines;
    struct watched w;

    (void)state;
    assert_int_equal(http_deadline_start(0, 0, &deadlines), 0);
    w = watch(deadlines, LONG_MS);
    assert_int_equal(http_deadline_end_old(deadlines, 1, 0), 1);
    http_deadline_set(deadlines, w.deadline, HTTP_CROWD_BUSY, LONG_MS);
    http_deadline_set(deadlines, w.deadline, HTTP_CROWD_IDLE, LONG_MS);
    assert_int_equal(http_deadline_end_old(deadlines, 1, 0), 0);
    drop(deadlines, &w);
    http_deadline_stop(deadlines);
}

// A server that is behind with reading bears with whom it keeps waiting, but not for ever.
static void who_waits_for_the_server_is_borne(void **state)
{
    struct http_deadlines *deadlines;
    struct watched waits, silent;
    struct timespec pause = {.tv_nsec = 5000000};
    char byte = 'x';

    (void)state;
    for (int64_t grace_ms = 0; grace_ms <= LONG_MS; grace_ms += LONG_MS) {
        assert_int_equal(http_deadline_start(0, grace_ms, &deadlines), 0);
        waits = watch(deadlines, LONG_MS);
        assert_int_equal(write(waits.ends[1], &byte, 1), 1);
        http_deadline_set(deadlines, waits.deadline, HTTP_CROWD_HEARD, 0);
        nanosleep(&pause, NULL);
        if (grace_ms == 0)
            wait_end(&waits);
        for (int i = 0; i < 2; i++) { // the second in a later round than one that saw the other
            silent = watch(deadlines, 0);
            wait_end(&silent);
            drop(deadlines, &silent);
        }
        assert_int_equal(has_ended(&waits), grace_ms == 0);
        drop(deadlines, &waits);
        http_deadline_stop(deadlines);
    }
}

#define RATE 100000
#define GRACE_MS 500
#define CHUNK 20000
#define EARLIER_CHUNKS 2000 // for minutes

struct pair {
    int ours, theirs;
};

// A connection of TCP to ourselves.
static struct pair connect_tcp(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    struct pair pair;

    assert_int_equal(bind(listening, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(listening, 1), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &n), 0);
    pair.theirs = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(pair.theirs, (struct sockaddr *)&address, n), 0);
    pair.ours = accept(listening, NULL, NULL);
    assert_true(pair.ours >= 0);
    close(listening);
    return pair;
}

// Of two answers one goes on by twice the rate, and the other not at all.
struct two_answers {
    struct pair fast, slow;
    struct http_deadlines *deadlines;
    struct http_deadline *watched[2];
    struct http_deadline_counters counters;
};

static const char bytes[CHUNK];

static void begin_answers(struct two_answers *two)
{
    static char taken[CHUNK];

    *two = (struct two_answers){.fast = connect_tcp(), .slow = connect_tcp()};
    assert_int_equal(http_deadline_start(RATE, GRACE_MS, &two->deadlines), 0);
    two->watched[0] = http_deadline_add(two->deadlines, two->fast.ours, LONG_MS, 0, NULL);
    two->watched[1] = http_deadline_add(two->deadlines, two->slow.ours, LONG_MS, 0, NULL);
    for (int i = 0; i < EARLIER_CHUNKS; i++) { // what came before the answer does not count
        assert_int_equal(send(two->slow.ours, bytes, CHUNK, MSG_NOSIGNAL), CHUNK);
        assert_int_equal(recv(two->slow.theirs, taken, CHUNK, MSG_WAITALL), CHUNK);
    }
}

// Until one is ended: false if this program had to wait for so long that it was slow itself.
static bool go_on_with_one(struct two_answers *two)
{
    static char taken[CHUNK];
    struct timespec pause = {.tv_nsec = 1000000LL * CHUNK / (2 * RATE / 1000)};
    int64_t began, longest_ms = 0;

    http_deadline_answer(two->deadlines, two->watched[0], LONG_MS);
    http_deadline_answer(two->deadlines, two->watched[1], LONG_MS);
    began = clock_monotonic_ms();
    do {
        assert_int_equal(send(two->fast.ours, bytes, CHUNK, MSG_NOSIGNAL), CHUNK);
        assert_int_equal(recv(two->fast.theirs, taken, CHUNK, MSG_WAITALL), CHUNK);
        nanosleep(&pause, NULL);

        int64_t now = clock_monotonic_ms();

        longest_ms = now - began > longest_ms ? now - began : longest_ms;
        began = now;
        http_deadline_count(two->deadlines, &two->counters);
    } while (two->counters.slow == 0);
    return longest_ms < GRACE_MS / 2;
}

static void end_answers(struct two_answers *two)
{
    for (int i = 0; i < 2; i++)
        http_deadline_drop(two->deadlines, two->watched[i]);
    http_deadline_stop(two->deadlines);
    close(two->fast.ours);
    close(two->fast.theirs);
    close(two->slow.ours);
    close(two->slow.theirs);
}

static void who_takes_an_answer_too_slowly_is_ended(void **state)
{
    struct two_answers two;
    int tries = 0;
    char byte;

    (void)state;
    begin_answers(&two);
    if (!http_verdict_is_told(two.fast.ours)) { // an emulator's kernel: nobody is slow
        end_answers(&two);
        skip();
    }
    while (!go_on_with_one(&two) && ++tries < 20) {
        end_answers(&two);
        begin_answers(&two);
    }
    assert_int_equal(read(two.slow.theirs, &byte, 1), 0);
    assert_int_equal(two.counters.slow, 1);
    assert_int_equal(two.counters.late, 1);
    // Who is between two answers is not looked at so.
    http_deadline_set(two.deadlines, two.watched[0], HTTP_CROWD_IDLE, LONG_MS);
    end_answers(&two);
}

// Where nothing is told of what a client takes, as of this socket, none is too slow.
static void nobody_is_slow_who_cannot_be_watched(void **state)
{
    struct http_deadlines *deadlines;
    struct http_deadline *watched;
    struct http_deadline_counters counters;
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(http_deadline_start(RATE, 1, &deadlines), 0);
    watched = http_deadline_add(deadlines, pair[0], LONG_MS, 0, NULL);
    http_deadline_answer(deadlines, watched, LONG_MS);
    usleep(1200000); // two rounds and more
    http_deadline_count(deadlines, &counters);
    assert_int_equal(counters.slow + counters.late, 0);
    http_deadline_drop(deadlines, watched);
    http_deadline_stop(deadlines);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_late_is_ended_once),
        cmocka_unit_test(the_first_makes_room),
        cmocka_unit_test(who_has_most_makes_room),
        cmocka_unit_test(who_was_ended_stays_so),
        cmocka_unit_test(who_waits_for_the_server_is_borne),
        cmocka_unit_test(who_takes_an_answer_too_slowly_is_ended),
        cmocka_unit_test(nobody_is_slow_who_cannot_be_watched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
