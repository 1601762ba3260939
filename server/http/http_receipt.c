// Whether answers arrived, by what TCP says of them.
#include "server/http/http_receipt.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/monotonic_wait.h"
#include "server/base/pace.h"
#include "server/http/http_addresses.h"
#include "server/http/http_verdict.h"

#define ROUND_MS 50
#define LOG_INTERVAL_MS 1000

struct http_receipts {
    pthread_t thread;
    pthread_mutex_t lock; // over all below
    pthread_cond_t changed;
    bool stopping;
    struct http_verdict_expected *first;
    size_t count;
    uint64_t received, lost, given_up;
    struct pace pace; // of the log
};

static void tell(
    struct http_receipts *receipts, const struct http_receipt_answer *answer, bool received)
{
    uint64_t arrived =
        received ? answer->length : http_verdict_acknowledged(answer->fd, answer->mark);

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

// Takes one out of the list, with a verdict by what is known now, and puts it in front of another.
static void move(struct http_verdict_expected **link, enum http_verdict verdict,
    struct http_verdict_expected **to)
{
    struct http_verdict_expected *e = *link;

    *link = e->next;
    e->received =
        verdict == HTTP_VERDICT_RECEIVED || (verdict == HTTP_VERDICT_PENDING && e->all_at_ms != 0);
    e->next = *to;
    *to = e;
}

// Takes those that are judged out of the list; with `all`, also those that cannot be yet. With the
// lock held.
static struct http_verdict_expected *take_judged(struct http_receipts *receipts, bool all)
{
    struct http_verdict_expected *judged = NULL;

    for (struct http_verdict_expected **link = &receipts->first, *e; (e = *link) != NULL;) {
        enum http_verdict verdict = http_verdict_judge(e);

        if (verdict == HTTP_VERDICT_PENDING && !all) {
            link = &e->next;
            continue;
        }
        move(link, verdict, &judged);
    }
    return judged;
}

// Frees them. Without the lock.
static void tell_all(struct http_receipts *receipts, struct http_verdict_expected *judged)
{
    for (struct http_verdict_expected *e = judged, *next; e != NULL; e = next) {
        next = e->next;
        tell(receipts, &e->answer, e->received);
        http_tls_send_farewell(e->answer.fd, &e->farewell);
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
    until = monotonic_wait_until(ROUND_MS);
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
        struct http_verdict_expected *judged = take_judged(receipts, false);

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

    if (receipts == NULL)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&receipts->lock, NULL);
    monotonic_wait_init(&receipts->changed);
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

// Where the oldest of a client is, if it has as many as it may. With the lock held.
static struct http_verdict_expected **find_surplus(struct http_receipts *receipts, uint64_t whom)
{
    struct http_verdict_expected **link = &receipts->first;
    struct http_verdict_expected **oldest = NULL; // the list begins with the newest
    size_t count = 0;

    for (; *link != NULL; link = &(*link)->next) {
        if (whom == 0 || (*link)->answer.end.whom != whom)
            continue;
        oldest = link;
        count++;
    }
    return count >= HTTP_RECEIPT_MAX_PER_CLIENT ? oldest : NULL;
}

// False if there is no place for it. What gives its place to it goes to *judged. With the lock
// held.
static bool append(struct http_receipts *receipts, struct http_verdict_expected *expected,
    struct http_verdict_expected **judged)
{
    struct http_verdict_expected **surplus = find_surplus(receipts, expected->answer.end.whom);

    if (surplus != NULL)
        move(surplus, http_verdict_judge(*surplus), judged);
    else if (receipts->count >= HTTP_RECEIPT_MAX)
        return false;
    expected->next = receipts->first;
    receipts->first = expected;
    receipts->count++;
    if (expected->next == NULL)
        pthread_cond_signal(&receipts->changed);
    return true;
}

// One of the client's answers is told before it is known how it ended.
static void note_given_up(struct http_receipts *receipts, int fd, const char *reason)
{
    char text[HTTP_ADDRESS_TEXT_SIZE];
    uint64_t total;

    pthread_mutex_lock(&receipts->lock);
    total = ++receipts->given_up;
    pthread_mutex_unlock(&receipts->lock);
    if (!pace_is_due(&receipts->pace, LOG_INTERVAL_MS))
        return;
    http_addresses_format_peer(fd, text);
    log_warning("http",
        "answer not followed to its end address=%s reason=\"%s\" total=%llu: the command that it "
        "belongs to may stay 'sent'; give it again",
        text, reason, (unsigned long long)total);
}

static bool place(struct http_receipts *receipts, struct http_verdict_expected *expected)
{
    struct http_verdict_expected *judged = NULL;
    int fd = expected->answer.fd;
    bool placed;

    pthread_mutex_lock(&receipts->lock);
    placed = append(receipts, expected, &judged);
    pthread_mutex_unlock(&receipts->lock);
    if (judged != NULL)
        note_given_up(receipts, judged->answer.fd, "the client has too many in doubt");
    if (!placed)
        note_given_up(receipts, fd, "too many are in doubt");
    tell_all(receipts, judged);
    return placed;
}

bool http_receipt_expect(struct http_receipts *receipts, const struct http_receipt_answer *answer)
{
    struct http_verdict_expected *expected = calloc(1, sizeof *expected);
    int fd = fcntl(answer->fd, F_DUPFD_CLOEXEC, 0);

    if (expected != NULL && fd >= 0) {
        http_verdict_begin(expected, answer, fd);
        if (place(receipts, expected))
            return true;
    } else {
        note_given_up(receipts, answer->fd, "no memory or file descriptor");
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
    for (struct http_verdict_expected *e = receipts->first; e != NULL; e = e->next) {
        if (e->answer.key == key)
            e->since = HTTP_VERDICT_ASKED;
    }
    pthread_mutex_unlock(&receipts->lock);
}

bool http_receipt_note_close(
    struct http_receipts *receipts, const void *key, const struct http_tls_link *link)
{
    struct http_verdict_expected *newest = NULL; // the list begins with it

    pthread_mutex_lock(&receipts->lock);
    for (struct http_verdict_expected *e = receipts->first; e != NULL; e = e->next) {
        if (e->answer.key != key)
            continue;
        e->answer.key = NULL;
        if (e->since == HTTP_VERDICT_ANSWERED)
            e->since = link->reset ? HTTP_VERDICT_RESET : HTTP_VERDICT_CLOSED;
        if (newest == NULL)
            newest = e;
    }
    if (newest != NULL)
        newest->farewell = link->farewell;
    pthread_mutex_unlock(&receipts->lock);
    return newest != NULL;
}

bool http_receipt_is_under_way(struct http_receipts *receipts)
{
    bool found = false;

    pthread_mutex_lock(&receipts->lock);
    for (struct http_verdict_expected *e = receipts->first; e != NULL && !found; e = e->next)
        found = e->all_at_ms == 0;
    pthread_mutex_unlock(&receipts->lock);
    return found;
}

void http_receipt_count(struct http_receipts *receipts, struct http_receipt_counters *out)
{
    pthread_mutex_lock(&receipts->lock);
    *out = (struct http_receipt_counters){
        .received = receipts->received,
        .lost = receipts->lost,
        .expected = receipts->count,
        .given_up = receipts->given_up,
    };
    pthread_mutex_unlock(&receipts->lock);
}
