// When an answer counts as arrived, over real connections whose other end does as it is told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/http/http_receipt.h"
#include "server/http/http_verdict.h"

#define SKIPPED 77 // cannot be tried here
#define PATIENCE_MS 20000
#define SMALL 100        // fits into what the client's kernel takes
#define BIG (512 * 1024) // does not, if the client reads nothing

struct pair {
    int server, client;
};

static struct pair connect_pair(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    int small = 4096, large = 4 * BIG;
    struct pair pair = {.client = socket(AF_INET, SOCK_STREAM, 0)};

    assert_int_equal(bind(listening, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(listening, 1), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &n), 0);
    setsockopt(pair.client, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_int_equal(connect(pair.client, (struct sockaddr *)&address, n), 0);
    pair.server = accept(listening, NULL, NULL);
    assert_true(pair.server >= 0);
    setsockopt(pair.server, SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
    close(listening);
    return pair;
}

static void close_pair(struct pair *pair)
{
    if (pair->client >= 0)
        close(pair->client);
    if (pair->server >= 0)
        close(pair->server);
}

// What was told of one answer.
struct told {
    pthread_mutex_t lock;
    int count;
    bool received;
    uint64_t bytes;
};

static void tell(bool received, uint64_t bytes, void *ctx)
{
    struct told *told = ctx;

    pthread_mutex_lock(&told->lock);
    told->count++;
    told->received = received;
    told->bytes = bytes;
    pthread_mutex_unlock(&told->lock);
}

static int count_of(struct told *told)
{
    pthread_mutex_lock(&told->lock);

    int count = told->count;

    pthread_mutex_unlock(&told->lock);
    return count;
}

static void wait_for(struct told *told)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

    while (count_of(told) == 0 && clock_monotonic_ms() < until_ms)
        nanosleep(&moment, NULL);
    assert_int_equal(count_of(told), 1);
}

// Waits for three rounds of the thread that judges: another answer that has to be judged in each.
static void expect_untold(struct http_receipts *receipts, struct told *told)
{
    for (int i = 0; i < 3; i++) {
        struct pair pair = connect_pair();
        struct told other = {.lock = PTHREAD_MUTEX_INITIALIZER};
        struct http_receipt_answer answer = {
            .key = &pair, .fd = pair.server, .end = {tell, &other, 0}};

        assert_true(http_receipt_expect(receipts, &answer));
        http_receipt_note_request(receipts, &pair);
        wait_for(&other);
        close_pair(&pair);
    }
    assert_int_equal(count_of(told), 0);
}

// Sends an answer and has it followed.
static bool answer_on(struct http_receipts *receipts, const struct pair *pair, size_t n,
    struct told *told, uint64_t whom)
{
    struct http_receipt_answer answer = {.key = pair,
        .fd = pair->server,
        .mark = http_verdict_mark(pair->server),
        .length = n,
        .end = {tell, told, whom}};
    char *bytes = calloc(1, n);

    assert_non_null(bytes);
    assert_int_equal(send(pair->server, bytes, n, MSG_DONTWAIT), (ssize_t)n);
    free(bytes);
    *told = (struct told){.lock = PTHREAD_MUTEX_INITIALIZER};
    return http_receipt_expect(receipts, &answer);
}

static void read_all(const struct pair *pair, size_t n)
{
    char buffer[4096];

    while (n > 0) {
        ssize_t r = recv(pair->client, buffer, n < sizeof buffer ? n : sizeof buffer, 0);

        assert_true(r > 0);
        n -= (size_t)r;
    }
}

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

// The end of the connection, with its last words, waits until the answer is there.
static void test_last_words(void **state)
{
    struct http_receipts *receipts;
    struct pair pair = connect_pair();
    static struct told told;
    struct http_tls_link link = {.held = "bye", .held_n = 3};
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

// What is left when the server stops is judged by what is known by then.
static void test_stop(void **state)
{
    struct http_receipts *receipts;
    struct pair pairs[2] = {connect_pair(), connect_pair()};
    struct told told[2];

    (void)state;
    assert_int_equal(http_receipt_start(&receipts), 0);
    assert_true(answer_on(receipts, &pairs[0], SMALL, &told[0], 0));
    assert_true(answer_on(receipts, &pairs[1], BIG, &told[1], 0));
    read_all(&pairs[0], SMALL);
    expect_untold(receipts, &told[0]);
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

// An emulator of processors may not pass on what the kernel tells of a connection.
static bool kernel_tells(void)
{
    struct pair pair = connect_pair();
    bool tells = send(pair.server, "x", 1, MSG_NOSIGNAL) == 1 && http_verdict_mark(pair.server) > 0;

    close(pair.server);
    close(pair.client);
    return tells;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_key_that_comes_again),
        cmocka_unit_test(test_last_words),
        cmocka_unit_test(test_no_more_than_there_is),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_bound_of_a_client),
        cmocka_unit_test(test_nobodys),
        cmocka_unit_test(test_bound_of_all),
    };

    if (!kernel_tells()) {
        puts("the system call getsockopt(TCP_INFO) does not work here");
        return SKIPPED;
    }
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
