// How much of an answer is there, and how its connection ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test/unit/server/http/receipt_pairs.h"

// The end of the connection, with its last words, waits until the answer is there.
static void test_last_words(void **state)
{
    struct http_receipts *receipts;
    struct pair pair = connect_pair();
    static struct told told;
    struct http_tls_link link = {.farewell = {3, "bye"}};
    char words[4] = "";

    (void)state;
    assert_int_equal(http_receipt_start(&receipts), 0);
    assert_true(answer_on(receipts, &pair, BIG, &told, 0));
    assert_true(http_receipt_note_close(receipts, &pair, &link));
    close(pair.server);
    pair.server = -1;
    read_all(&pair, BIG);
    assert_int_equal(recv(pair.client, words, 3, MSG_WAITALL), 3);
    assert_string_equal(words, "bye");
    assert_int_equal(recv(pair.client, words, 1, 0), 0);
    wait_for(&told);
    assert_true(told.received);
    http_receipt_stop(receipts);
    close_pair(&pair);
}

// What a client has acknowledged behind an answer is none of it.
static void test_no_more_than_there_is(void **state)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    struct http_receipts *receipts;
    struct pair pair = connect_pair();
    static struct told told;
    struct http_receipt_answer answer = {
        .key = &pair, .fd = pair.server, .length = SMALL, .end = {tell, &told, 0}};
    char bytes[2 * SMALL] = "";

    (void)state;
    told = (struct told){.lock = PTHREAD_MUTEX_INITIALIZER};
    answer.mark = http_verdict_mark(pair.server);
    assert_int_equal(http_receipt_start(&receipts), 0);
    assert_int_equal(send(pair.server, bytes, sizeof bytes, 0), sizeof bytes);
    while (http_verdict_acknowledged(pair.server, answer.mark) < sizeof bytes)
        nanosleep(&moment, NULL);
    http_receipt_break_off(receipts, &answer);
    assert_int_equal(told.bytes, SMALL);
    assert_false(told.received);
    http_receipt_stop(receipts);
    close_pair(&pair);
}

static int64_t later_ms; // than it is

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int64_t __wrap_clock_monotonic_ms(void);
int64_t __real_clock_monotonic_ms(void);

int64_t __wrap_clock_monotonic_ms(void)
{
    return __real_clock_monotonic_ms() + later_ms;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static struct http_verdict_expected expect(const struct pair *pair, size_t n)
{
    struct http_receipt_answer answer = {.key = pair, .length = n};
    struct http_verdict_expected expected;
    static char bytes[BIG];

    later_ms = 0;
    assert_int_equal(send(pair->server, bytes, n, MSG_DONTWAIT), (ssize_t)n);
    http_verdict_begin(&expected, &answer, pair->server);
    return expected;
}

// Waits until the client has acknowledged all, which is when the rest begins to count.
static void wait_all(struct http_verdict_expected *expected)
{
    const struct timespec moment = {.tv_nsec = 5000000};

    while (expected->all_at_ms == 0) {
        assert_int_equal(http_verdict_judge(expected), HTTP_VERDICT_PENDING);
        nanosleep(&moment, NULL);
    }
    later_ms = 0;
}

// Whether it is judged otherwise at a time than just before it, as far as a test can tell.
static void expect_turn(
    struct http_verdict_expected *expected, int64_t at_ms, enum http_verdict verdict)
{
    later_ms = at_ms - 60000;
    assert_int_equal(http_verdict_judge(expected), HTTP_VERDICT_PENDING);
    later_ms = at_ms;
    assert_int_equal(http_verdict_judge(expected), verdict);
    later_ms = 0;
}

// As nobody wants to wait: what was acknowledged counts after a while of silence, what was not is
// lost when its time is over, more time for more bytes.
static void test_times(void **state)
{
    struct pair pair = connect_pair();
    struct http_verdict_expected expected = expect(&pair, BIG);

    (void)state;
    expect_turn(&expected, 30000 + BIG, HTTP_VERDICT_LOST); // not read
    read_all(&pair, BIG);
    wait_all(&expected);
    expected.all_at_ms += 60000;                          // as the steps of this test are
    expect_turn(&expected, 65000, HTTP_VERDICT_RECEIVED); // on a connection that stays
    close_pair(&pair);
}

// Once libmicrohttpd has let go of it, the client may wait for us to end it.
static void test_end_of_a_connection(void **state)
{
    static const struct {
        enum http_verdict_since since;
        enum http_verdict verdict;
    } rows[] = {
        {HTTP_VERDICT_ANSWERED, HTTP_VERDICT_PENDING},
        {HTTP_VERDICT_ASKED, HTTP_VERDICT_RECEIVED},
        {HTTP_VERDICT_CLOSED, HTTP_VERDICT_RECEIVED},
        {HTTP_VERDICT_RESET, HTTP_VERDICT_LOST},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair pair = connect_pair();
        struct http_verdict_expected expected = expect(&pair, SMALL);

        wait_all(&expected);
        expected.since = rows[i].since;
        later_ms = 1000;
        if (http_verdict_judge(&expected) != rows[i].verdict)
            fail_msg("row %zu", i);
        later_ms = 0;
        close_pair(&pair);
    }
}

// The client ends in order: known at once, without any time passing.
static void test_end_by_the_client(void **state)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    struct pair pair = connect_pair();
    struct http_verdict_expected expected = expect(&pair, SMALL);

    (void)state;
    read_all(&pair, SMALL);
    wait_all(&expected);
    expected.since = HTTP_VERDICT_CLOSED;
    expected.all_at_ms += 3600000; // an hour yet until we would give up
    assert_int_equal(http_verdict_judge(&expected), HTTP_VERDICT_PENDING);
    close(pair.client);
    pair.client = -1;
    while (http_verdict_judge(&expected) == HTTP_VERDICT_PENDING)
        nanosleep(&moment, NULL);
    assert_int_equal(http_verdict_judge(&expected), HTTP_VERDICT_RECEIVED);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last_words),
        cmocka_unit_test(test_no_more_than_there_is),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_end_of_a_connection),
        cmocka_unit_test(test_end_by_the_client),
    };

    RUN_ON_PAIRS(tests);
}
