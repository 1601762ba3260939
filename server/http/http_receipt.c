// Whether answers arrived, by what TCP says of them.
#include "server/http/http_receipt.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"

#define ROUND_MS 50
#define LINGER_MS 200 // for a client that has acknowledged all to close first
#define QUIET_MS 5000 // of a client that has acknowledged all, and neither asks nor ends
#define DUE_MS 30000  // to acknowledge what the kernel still has
#define BYTES_PER_MS_MIN 1
#define EXPECTED_MAX 4096 // at once; others are not known to have arrived

// States of a connection (Linux's tcp_states.h).
enum { STATE_CLOSE = 7, STATE_CLOSE_WAIT = 8, STATE_LAST_ACK = 9, STATE_CLOSING = 11 };

struct expected {
    struct http_receipt_answer answer; // fd is our own; key NULL: the connection is closed
    uint64_t target;                   // bytes acknowledged when it has arrived
    bool asked, reset;
    bool ends; // it is for us to end the connection, with the alert in held
    uint8_t held[sizeof((struct http_tls_link *)NULL)->held];
    size_t held_n;
    int64_t due_at_ms; // monotonic
    int64_t all_at_ms; // when all was acknowledged; 0: not yet
    struct expected *next;
};

struct http_receipts {
    pthread_t thread;
    pthread_mutex_t lock; // over all below
    pthread_cond_t changed;
    bool stopping;
    struct expected *first;
    size_t count;
    uint64_t received, lost;
};

static bool read_info(int fd, struct tcp_info *out)
{
    socklen_t n = sizeof *out;

    *out = (struct tcp_info){0};
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, out, &n) == 0 &&
           n >= offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof out->tcpi_bytes_acked;
}

uint64_t http_receipt_mark(int fd)
{
    struct tcp_info info;
    int waiting = 0;

    if (!read_info(fd, &info) || ioctl(fd, SIOCOUTQ, &waiting) < 0)
        return 0;
    return (uint64_t)info.tcpi_bytes_acked + (unsigned)waiting;
}

static void tell(
    struct http_receipts *receipts, const struct http_receipt_answer *answer, bool received)
{
    struct tcp_info info;
    uint64_t arrived = 0;

    if (received)
        arrived = answer->length;
    else if (read_info(answer->fd, &info) && info.tcpi_bytes_acked > answer->mark)
        arrived = info.tcpi_bytes_acked - answer->mark;
    answer->end.told(
        received, arrived < answer->length ? arrived : answer->length, answer->end.ctx);
    pthread_mutex_lock(&receipts->lock);
    *(received ? &receipts->received : &receipts->lost) += 1;
    pthread_mutex_unlock(&receipts->lock);
}

void http_receipt_break_off(
    struct http_receipts *receipts, const struct http_receipt_answer *answer)
{
    tell(receipts, answer, false);
}

enum verdict { PENDING, RECEIVED, LOST };

static bool client_has_ended(unsigned state)
{
    return state == STATE_CLOSE || state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK ||
           state == STATE_CLOSING;
}

static void end_connection(struct expected *expected)
{
    if (!expected->ends)
        return;
    expected->ends = false;
    if (expected->held_n > 0)
        (void)send(
            expected->answer.fd, expected->held, expected->held_n, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(expected->answer.fd, SHUT_WR);
}

// What follows when the client has acknowledged all.
static enum verdict judge_end(struct expected *expected, unsigned state, int64_t now_ms)
{
    if (expected->all_at_ms == 0)
        expected->all_at_ms = now_ms;
    if (now_ms >= expected->all_at_ms + QUIET_MS)
        return RECEIVED;
    // While libmicrohttpd has the connection it alone sees a reset: it says so when it closes.
    if (expected->answer.key != NULL)
        return PENDING;
    if (client_has_ended(state))
        return RECEIVED;
    if (now_ms >= expected->all_at_ms + LINGER_MS && expected->ends) {
        end_connection(expected); // it may wait for that; a reset tells nothing from now on
        return RECEIVED;
    }
    return PENDING;
}

static enum verdict judge(struct expected *expected, int64_t now_ms)
{
    struct tcp_info info;
    int failure = 0;
    socklen_t n = sizeof failure;

    if (!read_info(expected->answer.fd, &info))
        return LOST;
    if (expected->asked && info.tcpi_bytes_acked >= expected->target)
        return RECEIVED;
    if (expected->reset ||
        getsockopt(expected->answer.fd, SOL_SOCKET, SO_ERROR, &failure, &n) < 0 || failure != 0)
        return LOST;
    if (info.tcpi_bytes_acked >= expected->target)
        return judge_end(expected, info.tcpi_state, now_ms);
    return info.tcpi_state == STATE_CLOSE || now_ms >= expected->due_at_ms ? LOST : PENDING;
}

// Takes those that are judged out of the list; with `all`, also those that cannot be yet. With the
// lock held.
static struct expected *take_judged(struct http_receipts *receipts, bool all)
{
    int64_t now_ms = clock_monotonic_ms();
    struct expected *judged = NULL;

    for (struct expected **link = &receipts->first, *e; (e = *link) != NULL;) {
        enum verdict verdict = judge(e, now_ms);

        if (verdict == PENDING && !all) {
            link = &e->next;
            continue;
        }
        *link = e->next;
        e->reset = verdict == LOST || (verdict == PENDING && e->all_at_ms == 0);
        e->next = judged;
        judged = e;
    }
    return judged;
}

// Without the lock.
static void tell_all(struct http_receipts *receipts, struct expected *judged)
{
    for (struct expected *e = judged, *next; e != NULL; e = next) {
        next = e->next;
        tell(receipts, &e->answer, !e->reset);
        end_connection(e);
        close(e->answer.fd);
        free(e);
        pthread_mutex_lock(&receipts->lock);
        receipts->count--;
        pthread_mutex_unlock(&receipts->lock);
    }
}

static void wait_round(struct http_receipts *receipts)
{
    struct timespec until;

    if (receipts->first == NULL) {
        pthread_cond_wait(&receipts->changed, &receipts->lock);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ROUND_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    // Not woken by each one that comes: they are looked at together.
    while (!receipts->stopping &&
           pthread_cond_timedwait(&receipts->changed, &receipts->lock, &until) == 0)
        continue;
}

static void *run(void *ctx)
{
    struct http_receipts *receipts = ctx;

    pthread_mutex_lock(&receipts->lock);
    while (!receipts->stopping) {
        struct expected *judged = take_judged(receipts, false);

        pthread_mutex_unlock(&receipts->lock);
        tell_all(receipts, judged);
        pthread_mutex_lock(&receipts->lock);
        if (!receipts->stopping)
            wait_round(receipts);
    }
    pthread_mutex_unlock(&receipts->lock);
    return NULL;
}

int http_receipt_start(struct http_receipts **out)
{
    struct http_receipts *receipts = calloc(1, sizeof *receipts);
    pthread_condattr_t attributes;

    if (receipts == NULL)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&receipts->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&receipts->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&receipts->thread, NULL, run, receipts) != 0) {
        pthread_cond_destroy(&receipts->changed);
        pthread_mutex_destroy(&receipts->lock);
        free(receipts);
        return ERR_NO_MEMORY;
    }
    *out = receipts;
    return 0;
}

void http_receipt_stop(struct http_receipts *receipts)
{
    if (receipts == NULL)
        return;
    pthread_mutex_lock(&receipts->lock);
    receipts->stopping = true;
    pthread_cond_signal(&receipts->changed);
    pthread_mutex_unlock(&receipts->lock);
    pthread_join(receipts->thread, NULL);
    tell_all(receipts, take_judged(receipts, true));
    pthread_cond_destroy(&receipts->changed);
    pthread_mutex_destroy(&receipts->lock);
    free(receipts);
}

// False if there is no place for it.
static bool append(struct http_receipts *receipts, struct expected *expected)
{
    bool fits;

    pthread_mutex_lock(&receipts->lock);
    fits = receipts->count < EXPECTED_MAX;
    if (fits) {
        expected->next = receipts->first;
        receipts->first = expected;
        receipts->count++;
        if (expected->next == NULL)
            pthread_cond_signal(&receipts->changed);
    }
    pthread_mutex_unlock(&receipts->lock);
    return fits;
}

bool http_receipt_expect(struct http_receipts *receipts, const struct http_receipt_answer *answer)
{
    struct expected *expected = calloc(1, sizeof *expected);
    int fd = fcntl(answer->fd, F_DUPFD_CLOEXEC, 0);

    if (expected != NULL && fd >= 0) {
        expected->answer = *answer;
        expected->answer.fd = fd;
        expected->target = http_receipt_mark(fd);
        expected->due_at_ms =
            clock_monotonic_ms() + DUE_MS + (int64_t)(answer->length / BYTES_PER_MS_MIN);
        if (append(receipts, expected))
            return true;
    }
    free(expected);
    if (fd >= 0)
        close(fd);
    http_receipt_break_off(receipts, answer);
    return false;
}

void http_receipt_note_request(struct http_receipts *receipts, const void *key)
{
    pthread_mutex_lock(&receipts->lock);
    for (struct expected *e = receipts->first; e != NULL; e = e->next)
        e->asked = e->asked || e->answer.key == key;
    pthread_mutex_unlock(&receipts->lock);
}

bool http_receipt_note_close(
    struct http_receipts *receipts, const void *key, const struct http_tls_link *link)
{
    bool newest = true; // the first in the list, which the others' clients have asked behind

    pthread_mutex_lock(&receipts->lock);
    for (struct expected *e = receipts->first; e != NULL; e = e->next) {
        if (e->answer.key != key)
            continue;
        e->answer.key = NULL;
        e->reset = e->reset || (link->reset && !e->asked);
        e->ends = newest;
        if (newest) {
            memcpy(e->held, link->held, link->held_n);
            e->held_n = link->held_n;
        }
        newest = false;
    }
    pthread_mutex_unlock(&receipts->lock);
    return !newest;
}

void http_receipt_count(
    struct http_receipts *receipts, uint64_t *received, uint64_t *lost, uint64_t *expected)
{
    pthread_mutex_lock(&receipts->lock);
    *received = receipts->received;
    *lost = receipts->lost;
    *expected = receipts->count;
    pthread_mutex_unlock(&receipts->lock);
}
