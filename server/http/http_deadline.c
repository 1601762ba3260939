// Ends connections that take too long.
#include "server/http/http_deadline.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/monotonic_wait.h"
#include "server/base/pace.h"
#include "server/http/http_addresses.h"
#include "server/http/http_verdict.h"

#define ROUND_MS 500
#define LEAVING_MAX 64
#define CROWDED_MIN 16 // connections of an address that have asked nothing: more are a crowd
#define LOG_INTERVAL_MS 10000

struct http_deadline {
    struct http_crowd_member member; // also its socket; first, so that either is the other
    int64_t at_ms;                   // monotonic; INT64_MAX: it was ended
    uint64_t owner;
    bool is_answer; // since then
    uint64_t mark;  // http_verdict_mark() at its beginning
    struct http_deadline *next, **link;
};

struct http_deadlines {
    unsigned bytes_per_second;
    int64_t grace_ms;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;
    struct http_deadline *first;
    struct http_crowd all;
    struct http_deadline_counters counters;
    struct pace pace; // of the log
};

static void wait_round(struct http_deadlines *deadlines)
{
    struct timespec until = monotonic_wait_until(ROUND_MS);

    pthread_cond_timedwait(&deadlines->stop, &deadlines->lock, &until);
}

// One leaves, or has left.
static void count_leaving(struct http_deadline *deadline, bool leaves)
{
    deadline->member.all->leaving += leaves ? 1u : -1u;
    if (deadline->member.crowd != NULL)
        deadline->member.crowd->leaving += leaves ? 1u : -1u;
}

static void end(struct http_deadline *deadline)
{
    deadline->at_ms = INT64_MAX;
    http_crowd_leave(&deadline->member);
    count_leaving(deadline, true);
    shutdown(deadline->member.fd, SHUT_RDWR); // libmicrohttpd sees the end and closes it
}

// Whether its client takes an answer more slowly than it may.
static bool is_slow(
    const struct http_deadlines *deadlines, const struct http_deadline *deadline, int64_t now_ms)
{
    int64_t counted_ms = now_ms - deadline->member.since_ms - deadlines->grace_ms;

    if (!deadline->is_answer || deadlines->bytes_per_second == 0 || counted_ms <= 0 ||
        !http_verdict_is_told(deadline->member.fd)) // else each would be slow
        return false;
    return http_verdict_acknowledged(deadline->member.fd, deadline->mark) <
           (uint64_t)counted_ms * deadlines->bytes_per_second / 1000;
}

// Whether it is the server that is late, which for a while is no fault of the client's.
static bool is_behind(
    const struct http_deadlines *deadlines, const struct http_deadline *deadline, int64_t now_ms)
{
    return deadline->member.phase <= HTTP_CROWD_HEARD &&
           now_ms < deadline->at_ms + deadlines->grace_ms &&
           http_crowd_is_unread(&deadline->member);
}

static void end_slow(struct http_deadlines *deadlines, struct http_deadline *deadline)
{
    char address[HTTP_ADDRESS_TEXT_SIZE];

    deadlines->counters.slow++;
    if (pace_is_due(&deadlines->pace, LOG_INTERVAL_MS)) {
        http_addresses_format_peer(deadline->member.fd, address);
        log_info("http",
            "ended slow download address=%s total=%llu: it took fewer than %u bytes a second; if "
            "it is one of your boards, check its network, or lower min_bytes_per_second",
            address, (unsigned long long)deadlines->counters.slow, deadlines->bytes_per_second);
    }
}

static void *run(void *ctx)
{
    struct http_deadlines *deadlines = ctx;

    pthread_mutex_lock(&deadlines->lock);
    while (!deadlines->stopping) {
        int64_t now = clock_monotonic_ms();

        for (struct http_deadline *d = deadlines->first; d != NULL; d = d->next) {
            if (d->at_ms == INT64_MAX)
                continue;
            if (is_slow(deadlines, d, now))
                end_slow(deadlines, d);
            else if (d->at_ms > now || is_behind(deadlines, d, now))
                continue;
            deadlines->counters.late++;
            end(d);
        }
        wait_round(deadlines);
    }
    pthread_mutex_unlock(&deadlines->lock);
    return NULL;
}

int http_deadline_start(unsigned bytes_per_second, int64_t grace_ms, struct http_deadlines **out)
{
    struct http_deadlines *deadlines = calloc(1, sizeof *deadlines);

    if (deadlines == NULL)
        return ERR_NO_MEMORY;
    deadlines->bytes_per_second = bytes_per_second;
    deadlines->grace_ms = grace_ms;
    pthread_mutex_init(&deadlines->lock, NULL);
    monotonic_wait_init(&deadlines->stop);
    if (pthread_create(&deadlines->thread, NULL, run, deadlines) != 0) {
        free(deadlines);
        return ERR_NO_MEMORY;
    }
    *out = deadlines;
    return 0;
}

void http_deadline_stop(struct http_deadlines *deadlines)
{
    if (deadlines == NULL)
        return;
    pthread_mutex_lock(&deadlines->lock);
    deadlines->stopping = true;
    pthread_cond_signal(&deadlines->stop);
    pthread_mutex_unlock(&deadlines->lock);
    pthread_join(deadlines->thread, NULL);
    pthread_cond_destroy(&deadlines->stop);
    pthread_mutex_destroy(&deadlines->lock);
    free(deadlines);
}

struct http_deadline *http_deadline_add(struct http_deadlines *deadlines, int fd, int64_t in_ms,
    uint64_t owner, struct http_crowd *crowd)
{
    struct http_deadline *deadline = calloc(1, sizeof *deadline);

    if (deadline == NULL)
        return NULL;
    deadline->member = (struct http_crowd_member){
        .fd = fd, .since_ms = clock_monotonic_ms(), .all = &deadlines->all, .crowd = crowd};
    deadline->owner = owner;
    deadline->at_ms = deadline->member.since_ms + in_ms;
    pthread_mutex_lock(&deadlines->lock);
    deadline->next = deadlines->first;
    deadline->link = &deadlines->first;
    if (deadline->next != NULL)
        deadline->next->link = &deadline->next;
    deadlines->first = deadline;
    http_crowd_enter(&deadline->member);
    deadlines->counters.open++;
    pthread_mutex_unlock(&deadlines->lock);
    return deadline;
}

// One that was ended stays so.
static void change(struct http_deadlines *deadlines, struct http_deadline *deadline,
    const struct http_deadline *to, int64_t in_ms)
{
    int64_t now = clock_monotonic_ms();

    pthread_mutex_lock(&deadlines->lock);
    if (deadline->at_ms != INT64_MAX) {
        http_crowd_move(&deadline->member, to->member.phase, now);
        if (to->is_answer)
            deadline->member.since_ms = now;
        deadline->is_answer = to->is_answer;
        deadline->mark = to->mark;
        deadline->at_ms = now + in_ms;
    }
    pthread_mutex_unlock(&deadlines->lock);
}

void http_deadline_set(struct http_deadlines *deadlines, struct http_deadline *deadline,
    enum http_crowd_phase phase, int64_t in_ms)
{
    struct http_deadline to = {.member.phase = phase};

    change(deadlines, deadline, &to, in_ms);
}

void http_deadline_answer(
    struct http_deadlines *deadlines, struct http_deadline *deadline, int64_t in_ms)
{
    struct http_deadline to = {.member.phase = HTTP_CROWD_BUSY, .is_answer = true};

    if (deadlines->bytes_per_second > 0)
        to.mark = http_verdict_mark(deadline->member.fd);
    change(deadlines, deadline, &to, in_ms);
}

void http_deadline_drop(struct http_deadlines *deadlines, struct http_deadline *deadline)
{
    pthread_mutex_lock(&deadlines->lock);
    *deadline->link = deadline->next;
    if (deadline->next != NULL)
        deadline->next->link = deadline->link;
    deadlines->counters.open--;
    if (deadline->at_ms == INT64_MAX)
        count_leaving(deadline, false);
    else
        http_crowd_leave(&deadline->member);
    pthread_mutex_unlock(&deadlines->lock);
    free(deadline);
}

// With the lock held.
static size_t count_of(const struct http_deadlines *deadlines, uint64_t owner)
{
    size_t count = 0;

    for (const struct http_deadline *d = deadlines->first; d != NULL; d = d->next)
        count += d->at_ms != INT64_MAX && d->owner == owner;
    return count;
}

void http_deadline_end_first(struct http_deadlines *deadlines)
{
    struct http_deadline *first = NULL;
    size_t most = 0;

    pthread_mutex_lock(&deadlines->lock);
    for (struct http_deadline *d = deadlines->first; d != NULL; d = d->next) { // newest first
        size_t count = d->at_ms == INT64_MAX                       ? 0
                       : first != NULL && d->owner == first->owner ? most
                                                                   : count_of(deadlines, d->owner);

        if (count > most || (count > 0 && count == most && d->at_ms <= first->at_ms)) {
            first = d;
            most = count;
        }
    }
    if (first != NULL)
        end(first);
    pthread_mutex_unlock(&deadlines->lock);
}

// Whether there is one that makes room. It does.
static bool leave(struct http_deadlines *deadlines, struct http_crowd_member *member)
{
    if (member == NULL)
        return false;
    deadlines->counters.left++;
    end((struct http_deadline *)(void *)member);
    return true;
}

unsigned http_deadline_end_unheard(struct http_deadlines *deadlines, unsigned at_once)
{
    int64_t now = clock_monotonic_ms();
    unsigned count = 0;

    pthread_mutex_lock(&deadlines->lock);
    while (count < at_once && deadlines->all.leaving < LEAVING_MAX &&
           leave(deadlines, http_crowd_unheard(&deadlines->all, now)))
        count++;
    pthread_mutex_unlock(&deadlines->lock);
    return count;
}

// Of those that are idle only the first: they have shown that they are good.
static struct http_crowd_member *find_old(const struct http_crowd *all, int64_t latest_ms)
{
    struct http_crowd_member *found = http_crowd_old(all, latest_ms);

    return found != NULL && found->phase == HTTP_CROWD_IDLE && all->leaving > 0 ? NULL : found;
}

unsigned http_deadline_end_old(struct http_deadlines *deadlines, unsigned at_once, int64_t min_ms)
{
    int64_t latest = clock_monotonic_ms() - min_ms;
    unsigned count = 0;

    pthread_mutex_lock(&deadlines->lock);
    while (count < at_once && deadlines->all.leaving < LEAVING_MAX &&
           leave(deadlines, find_old(&deadlines->all, latest)))
        count++;
    pthread_mutex_unlock(&deadlines->lock);
    return count;
}

unsigned http_deadline_end_newer(struct http_deadlines *deadlines, unsigned at_once)
{
    unsigned count = 0;

    pthread_mutex_lock(&deadlines->lock);
    while (count < at_once && deadlines->all.leaving < LEAVING_MAX &&
           leave(deadlines, http_crowd_newer(&deadlines->all)))
        count++;
    pthread_mutex_unlock(&deadlines->lock);
    return count;
}

unsigned http_deadline_end_crowded(struct http_deadlines *deadlines, unsigned at_once)
{
    unsigned count = 0;

    pthread_mutex_lock(&deadlines->lock);

    struct http_crowd *crowd = http_crowd_largest(&deadlines->all);

    while (crowd != NULL && http_crowd_silent(crowd) > CROWDED_MIN && count < at_once &&
           deadlines->all.leaving < LEAVING_MAX && leave(deadlines, http_crowd_newer(crowd)))
        count++;
    pthread_mutex_unlock(&deadlines->lock);
    return count;
}

bool http_deadline_end_of(
    struct http_deadlines *deadlines, struct http_crowd *crowd, unsigned leaving, int64_t min_ms)
{
    int64_t now = clock_monotonic_ms();

    pthread_mutex_lock(&deadlines->lock);
    while (crowd->leaving < leaving && (leave(deadlines, http_crowd_unheard(crowd, now)) ||
                                           leave(deadlines, http_crowd_old(crowd, now - min_ms)) ||
                                           leave(deadlines, http_crowd_newer(crowd))))
        continue;

    bool are_enough = crowd->leaving >= leaving;

    pthread_mutex_unlock(&deadlines->lock);
    return are_enough;
}

void http_deadline_count(struct http_deadlines *deadlines, struct http_deadline_counters *out)
{
    pthread_mutex_lock(&deadlines->lock);
    *out = deadlines->counters;
    pthread_mutex_unlock(&deadlines->lock);
}
