#ifndef TEST_SERVER_HTTP_RECEIPT_PAIRS_H
#define TEST_SERVER_HTTP_RECEIPT_PAIRS_H

// Connections whose other end does as it is told, and what was told of answers on them. In a
// header, since each test program is one file.

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

static inline struct pair connect_pair(void)
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

static inline void close_pair(struct pair *pair)
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

static inline void tell(bool received, uint64_t bytes, void *ctx)
{
    struct told *told = ctx;

    pthread_mutex_lock(&told->lock);
    told->count++;
    told->received = received;
    told->bytes = bytes;
    pthread_mutex_unlock(&told->lock);
}

static inline int count_of(struct told *told)
{
    pthread_mutex_lock(&told->lock);

    int count = told->count;

    pthread_mutex_unlock(&told->lock);
    return count;
}

static inline void wait_for(struct told *told)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

    while (count_of(told) == 0 && clock_monotonic_ms() < until_ms)
        nanosleep(&moment, NULL);
    assert_int_equal(count_of(told), 1);
}

// Waits for three rounds of the thread that judges: another answer that has to be judged in each.
static inline void expect_untold(struct http_receipts *receipts, struct told *told)
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
static inline bool answer_on(struct http_receipts *receipts, const struct pair *pair, size_t n,
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

static inline void read_all(const struct pair *pair, size_t n)
{
    char buffer[4096];

    while (n > 0) {
        ssize_t r = recv(pair->client, buffer, n < sizeof buffer ? n : sizeof buffer, 0);

        assert_true(r > 0);
        n -= (size_t)r;
    }
}

// An emulator of processors may not pass on what the kernel tells of a connection.
static inline bool kernel_tells(void)
{
    struct pair pair = connect_pair();
    bool tells = send(pair.server, "x", 1, MSG_NOSIGNAL) == 1 && http_verdict_mark(pair.server) > 0;

    close(pair.server);
    close(pair.client);
    return tells;
}

// As main() ends: skipped where the kernel does not tell.
#define RUN_ON_PAIRS(tests)                                                                        \
    do {                                                                                           \
        if (!kernel_tells()) {                                                                     \
            puts("the system call getsockopt(TCP_INFO) does not work here");                       \
            return SKIPPED;                                                                        \
        }                                                                                          \
        log_set_level(LOG_ERROR);                                                                  \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    } while (0)

#endif
