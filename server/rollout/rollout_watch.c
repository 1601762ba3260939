// Which rollout's devices are looked at when.
#include "server/rollout/rollout_watch.h"

#include <stdlib.h>
#include <string.h>

#include "server/rollout/rollout_round.h"
#include "server/store/rollout_store.h"

// Of a rollout: when it was looked at, and what of it was said of all together.
struct past {
    int64_t rollout, looked_ms;
    size_t hours;
    unsigned told; // 1 << enum rollout_health_measure: an operator who resumes knows that
};

struct rollout_watch {
    struct past *pasts;
    size_t past_count;
    struct rollout_round *round; // under way, or NULL
    struct rollout_findings found;
};

struct choice {
    const struct rollout_watch *watch;
    int64_t now_ms;
    struct rollout rollout;
};

struct rollout_watch *rollout_watch_new(void)
{
    return calloc(1, sizeof(struct rollout_watch));
}

static struct past *find_past(const struct rollout_watch *watch, int64_t rollout)
{
    for (size_t i = 0; i < watch->past_count; i++) {
        if (watch->pasts[i].rollout == rollout)
            return &watch->pasts[i];
    }
    return NULL;
}

static struct past *make_past(struct rollout_watch *watch, int64_t rollout)
{
    struct past *past = find_past(watch, rollout);
    struct past *pasts;

    if (past != NULL)
        return past;
    pasts = realloc(watch->pasts, (watch->past_count + 1) * sizeof *pasts);
    if (pasts == NULL)
        return NULL;
    watch->pasts = pasts;
    pasts[watch->past_count] = (struct past){.rollout = rollout};
    return &pasts[watch->past_count++];
}

static int choose(const struct rollout *rollout, void *ctx)
{
    struct choice *choice = ctx;
    const struct past *past = find_past(choice->watch, rollout->id);

    if (rollout->state != ROLLOUT_RUNNING && rollout->state != ROLLOUT_SOAKING)
        return 0;
    if (past != NULL && choice->now_ms >= past->looked_ms &&
        choice->now_ms - past->looked_ms < ROLLOUT_WATCH_PERIOD_MS)
        return 0;
    choice->rollout = *rollout;
    return 1;
}

static int begin(struct rollout_watch *watch, struct store_connection *connection, int64_t now_ms,
    struct err *err)
{
    struct choice choice = {.watch = watch, .now_ms = now_ms};
    int rc = rollout_store_each_open(connection, choose, &choice, err);
    struct past *past;

    if (rc <= 0)
        return rc;
    past = make_past(watch, choice.rollout.id);
    if (past == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the health of a rollout");
    past->looked_ms = now_ms;
    rc = rollout_round_open(connection, &choice.rollout, now_ms, &watch->round, err);
    return rc < 0 ? rc : 1;
}

static int judge_all(struct rollout_watch *watch, struct err *err)
{
    struct past *past = find_past(watch, rollout_round_rollout(watch->round));
    struct rollout_finding finding = {.rollout = past->rollout};
    struct rollout_health_verdict verdict;
    size_t hours = rollout_round_hours(watch->round);

    if (hours <= past->hours)
        return 0;
    past->hours = hours;
    rollout_round_judge_all(watch->round, &verdict);
    if (verdict.state != ROLLOUT_HEALTH_UNHEALTHY || (past->told & 1u << verdict.measure) != 0)
        return 0;
    past->told |= 1u << verdict.measure;
    memcpy(finding.reason, verdict.reason, sizeof finding.reason);
    return rollout_findings_add(&watch->found, &finding) == 0
               ? 0
               : err_set(err, ERR_NO_MEMORY, "no memory for the health of a rollout");
}

int rollout_watch_look(struct rollout_watch *watch, struct store_connection *connection,
    int64_t now_ms, struct err *err)
{
    int rc = watch->round != NULL ? 1 : begin(watch, connection, now_ms, err);

    if (rc <= 0)
        return rc;
    rc = rollout_round_go_on(watch->round, connection, &watch->found, err);
    if (rc > 0)
        return rc;
    if (rc == 0)
        rc = judge_all(watch, err);
    rollout_round_free(watch->round);
    watch->round = NULL;
    return rc < 0 ? rc : 1; // another rollout may be due
}

const struct rollout_findings *rollout_watch_found(const struct rollout_watch *watch)
{
    return &watch->found;
}

void rollout_watch_forget(struct rollout_watch *watch)
{
    rollout_findings_clear(&watch->found);
}

void rollout_watch_free(struct rollout_watch *watch)
{
    if (watch == NULL)
        return;
    rollout_round_free(watch->round);
    rollout_findings_clear(&watch->found);
    free(watch->pasts);
    free(watch);
}
