// When an answer counts as arrived, over real connections whose other end does as it is told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/unit/server/http/receipt_pairs.h"

static void reset(struct pair *pair)
{
    struct linger now = {1, 0};

    setsockopt(pair->client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(pair->client);
    pair->client = -1;
}

static void end(struct pair *pair)
{
    close(pair->client);
    pair->client = -1;
}

static void nothing(struct pair *pair)
{
    (void)pair;
}

static void note_close(struct http_receipts *receipts, struct pair *pair, bool was_reset)
{
    struct http_tls_link link = {.fd = pair->server, .reset = was_reset};

    // False if it is judged already.
    (void)http_receipt_note_close(receipts, pair, &link);
    close(pair->server);
    pair->server = -1;
}

// How the client ends the connection, what the server saw of it, and what that means.
static const struct {
    const char *what;
    size_t n;
    bool reads;
    void (*ends)(struct pair *pair);
    bool asks; // anew, before that
    bool closes, was_reset;
    bool told, received;
} rows[] = {
    {"read and asked anew", BIG, true, nothing, true, false, false, true, true},
    {"asked anew, but not all acknowledged", BIG, false, nothing, true, false, false, false, false},
    {"read, and the connection stays", BIG, true, nothing, false, false, false, false, false},
    {"read and ended, but how is not seen yet", BIG, true, end, false, false, false, false, false},
    {"small, not read, and it stays", SMALL, false, nothing, false, false, false, false, false},
    {"read and ended in order", BIG, true, end, false, true, false, true, true},
    {"read, and we end it", BIG, true, nothing, false, true, false, true, true},
    {"not read, ended", BIG, false, end, false, true, false, true, false},
    {"not read, reset", BIG, false, reset, false, true, false, true, false},
    {"acknowledged, seen to be reset", SMALL, false, nothing, false, true, true, true, false},
    {"acknowledged, reset behind another request", SMALL, false, nothing, true, true, true, true,
        true},
    {"not read, closed by us", BIG, false, nothing, false, true, false, false, false},
};

static void test_rows(void **state)
{
    struct http_receipts *receipts;

    (void)state;
    assert_int_equal(http_receipt_start(&receipts), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair pair = connect_pair();
        static struct told told[sizeof rows / sizeof rows[0]];

        assert_true(answer_on(receipts, &pair, rows[i].n, &told[i], 0));
        if (rows[i].reads)
            read_all(&pair, rows[i].n);
        if (rows[i].asks)
            http_receipt_note_request(receipts, &pair);
        rows[i].ends(&pair);
        if (rows[i].closes)
            note_close(receipts, &pair, rows[i].was_reset);
        if (rows[i].told)
            wait_for(&told[i]);
        else
            expect_untold(receipts, &told[i]);
        if (told[i].received != rows[i].received)
            fail_msg("%s", rows[i].what);
        if (rows[i].told && (told[i].bytes == rows[i].n) != (rows[i].received || rows[i].n < BIG))
            fail_msg("%s: %d bytes", rows[i].what, (int)told[i].bytes);
        if (!rows[i].told) { // so that it leaves nothing behind
            reset(&pair);
            if (!rows[i].closes)
                note_close(receipts, &pair, true);
            wait_for(&told[i]);
        }
        close_pair(&pair);
    }
    http_receipt_stop(receipts);
}

// A connection's place in memory is given to the next: what that does says nothing of the one
// before.
static void test_key_that_comes_again(void **state)
{
    struct http_receipts *receipts;
    struct pair pairs[2] = {connect_pair(), connect_pair()};
    static struct told told[2];
    struct http_tls_link link = {.reset = true};
    struct http_receipt_answer second = {.key = &pairs[0], .end = {tell, &told[1], 0}};

    (void)state;
    assert_int_equal(http_receipt_start(&receipts), 0);
    assert_false(http_receipt_note_close(receipts, &pairs[0], &link)); // no answer on it
    assert_true(answer_on(receipts, &pairs[0], BIG, &told[0], 0));
    link.reset = false;
    assert_true(http_receipt_note_close(receipts, &pairs[0], &link));
    assert_false(http_receipt_note_close(receipts, &pairs[0], &link));
    told[1] = (struct told){.lock = PTHREAD_MUTEX_INITIALIZER};
    second.fd = pairs[1].server;
    assert_true(http_receipt_expect(receipts, &second));
    link.reset = true;
    assert_true(http_receipt_note_close(receipts, &pairs[0], &link));
    wait_for(&told[1]);
    assert_false(told[1].received);
    expect_untold(receipts, &told[0]);
    http_receipt_stop(receipts);
    close_pair(&pairs[0]);
    close_pair(&pairs[1]);
}

// What is left when the server stops is judged by what is known by then.
static void test_stop(void **state)
{
    struct http_receipts *receipts;
    struct pair pairs[2] = {connect_pair(), connect_pair()};
    struct told told[2];

    (void)state;
    assert_int_equal(http_receipt_start(&receipts), 0);
    assert_false(http_receipt_is_under_way(receipts));
    assert_true(answer_on(receipts, &pairs[0], SMALL, &told[0], 0));
    read_all(&pairs[0], SMALL);
    expect_untold(receipts, &told[0]);
    assert_false(http_receipt_is_under_way(receipts)); // it is acknowledged
    assert_true(answer_on(receipts, &pairs[1], BIG, &told[1], 0));
    expect_untold(receipts, &told[1]);
    assert_true(http_receipt_is_under_way(receipts));
    http_receipt_stop(receipts);
    assert_int_equal(count_of(&told[0]) + count_of(&told[1]), 2);
    assert_true(told[0].received);
    assert_false(told[1].received);
    close_pair(&pairs[0]);
    close_pair(&pairs[1]);
    http_receipt_stop(NULL);
}

// A client with many connections loses its own oldest answers, and nobody else's.
static void test_bound_of_a_client(void **state)
{
    enum { MORE = 3, ALL = HTTP_RECEIPT_MAX_PER_CLIENT + MORE };
    static struct pair pairs[ALL], others[2];
    static struct told told[ALL], others_told[2];
    struct http_receipt_counters counters;
    struct http_receipts *receipts;

    (void)state;
    assert_int_equal(http_receipt_start(&receipts), 0);
    others[0] = connect_pair();
    others[1] = connect_pair();
    assert_true(answer_on(receipts, &others[0], BIG, &others_told[0], 8));
    assert_true(answer_on(receipts, &others[1], BIG, &others_told[1], 0));
    for (int i = 0; i < ALL; i++) {
        pairs[i] = connect_pair();
        assert_true(answer_on(receipts, &pairs[i], BIG, &told[i], 7));
        assert_int_equal(count_of(&told[0]), i >= HTTP_RECEIPT_MAX_PER_CLIENT);
    }
    for (int i = 0; i < ALL; i++) {
        assert_int_equal(count_of(&told[i]), i < MORE);
        assert_false(told[i].received);
    }
    http_receipt_count(receipts, &counters);
    assert_int_equal(counters.given_up, MORE);
    assert_int_equal(counters.lost, MORE);
    assert_int_equal(counters.expected, HTTP_RECEIPT_MAX_PER_CLIENT + 2);
    assert_int_equal(count_of(&others_told[0]) + count_of(&others_told[1]), 0);
    // The newest, which is followed, arrives.
    read_all(&pairs[ALL - 1], BIG);
    http_receipt_note_request(receipts, &pairs[ALL - 1]);
    wait_for(&told[ALL - 1]);
    assert_true(told[ALL - 1].received);
    http_receipt_stop(receipts);
    for (int i = 0; i < ALL; i++)
        close_pair(&pairs[i]);
    close_pair(&others[0]);
    close_pair(&others[1]);
}

// Of those that are nobody's in particular there may be more.
static void test_nobodys(void **state)
{
    static struct told told[2 * HTTP_RECEIPT_MAX_PER_CLIENT];
    struct http_receipt_counters counters;
    struct http_receipts *receipts;
    struct pair pair = connect_pair();

    (void)state;
    assert_int_equal(http_receipt_start(&receipts), 0);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        assert_true(answer_on(receipts, &pair, SMALL, &told[i], 0));
    http_receipt_count(receipts, &counters);
    assert_int_equal(counters.given_up, 0);
    http_receipt_stop(receipts);
    close_pair(&pair);
}

// Where all places are taken it is told at once, and counted.
static void test_bound_of_all(void **state)
{
    static struct told told[HTTP_RECEIPT_MAX + 1];
    struct rlimit files = {0};
    struct http_receipt_counters counters;
    struct http_receipts *receipts;
    struct pair pair = connect_pair();

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    if (files.rlim_max < HTTP_RECEIPT_MAX + 100)
        skip();
    files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    assert_int_equal(http_receipt_start(&receipts), 0);
    for (uint64_t i = 0; i <= HTTP_RECEIPT_MAX; i++)
        assert_int_equal(answer_on(receipts, &pair, SMALL, &told[i], i + 1), i < HTTP_RECEIPT_MAX);
    assert_int_equal(count_of(&told[HTTP_RECEIPT_MAX]), 1);
    assert_false(told[HTTP_RECEIPT_MAX].received);
    http_receipt_count(receipts, &counters);
    assert_int_equal(counters.given_up, 1);
    assert_int_equal(counters.expected, HTTP_RECEIPT_MAX);
    http_receipt_stop(receipts);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_key_that_comes_again),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_bound_of_a_client),
        cmocka_unit_test(test_nobodys),
        cmocka_unit_test(test_bound_of_all),
    };

    RUN_ON_PAIRS(tests);
}
