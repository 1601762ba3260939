#ifndef TEST_SERVER_ROLLOUT_HEALTH_CHANGES_H
#define TEST_SERVER_ROLLOUT_HEALTH_CHANGES_H

#include "test/unit/server/rollout/health_rows.h"

// What becomes of a device's hours: restarts, lost connections and errors.

static inline void as_it_is(struct health_rows *rows)
{
    (void)rows;
}

static inline void open_hour(struct health_rows *rows)
{
    rows->open = 1;
}

static inline void never_heard(struct health_rows *rows)
{
    for (size_t i = 0; i < rows->since_count; i++)
        rows->since[i].statuses = rows->since[i].has = 0;
}

// --- restarts

static inline void restarts(struct health_rows *rows, size_t every, uint32_t count)
{
    for (size_t i = 0; i < rows->since_count; i += every)
        rows->since[i].counts[ROLLOUT_HEALTH_RESTARTS] = count;
}

static inline void six_restarts(struct health_rows *rows)
{
    rows->since[1].counts[ROLLOUT_HEALTH_RESTARTS] = 2;
    rows->since[2].counts[ROLLOUT_HEALTH_RESTARTS] = 4;
}

static inline void five_restarts(struct health_rows *rows)
{
    rows->since[1].counts[ROLLOUT_HEALTH_RESTARTS] = 1;
    rows->since[2].counts[ROLLOUT_HEALTH_RESTARTS] = 4;
}

static inline void six_restarts_apart(struct health_rows *rows)
{
    rows->since[1].counts[ROLLOUT_HEALTH_RESTARTS] = 3;
    rows->since[3].counts[ROLLOUT_HEALTH_RESTARTS] = 3;
}

static inline void six_restarts_now(struct health_rows *rows)
{
    rows->open = 1;
    rows->since[0].counts[ROLLOUT_HEALTH_RESTARTS] = 6;
}

static inline void six_restarts_twice_before(struct health_rows *rows)
{
    six_restarts(rows);
    rows->before[9].counts[ROLLOUT_HEALTH_RESTARTS] = 3;
}

static inline void six_restarts_more_than_before(struct health_rows *rows)
{
    six_restarts(rows);
    rows->before[9].counts[ROLLOUT_HEALTH_RESTARTS] = 2;
}

static inline void a_restart_each_four_hours(struct health_rows *rows)
{
    restarts(rows, 4, 1);
}

static inline void and_before(struct health_rows *rows)
{
    restarts(rows, 4, 1);
    for (size_t i = 0; i < BEFORE; i += 4)
        rows->before[i].counts[ROLLOUT_HEALTH_RESTARTS] = 1;
}

static inline void among_many(struct health_rows *rows)
{
    restarts(rows, 4, 1);
    rows->devices = 5000;
}

static inline void with_few_days(struct health_rows *rows)
{
    restarts(rows, 4, 1);
    rows->before_count = 23;
}

static inline void two_restarts(struct health_rows *rows)
{
    rows->since[1].counts[ROLLOUT_HEALTH_RESTARTS] = 1;
    rows->since[6].counts[ROLLOUT_HEALTH_RESTARTS] = 1;
}

// --- lost connections, errors

static inline void sixty_wills(struct health_rows *rows)
{
    rows->since[2].counts[ROLLOUT_HEALTH_WILLS] = 60;
}

static inline void fifty_nine_wills(struct health_rows *rows)
{
    rows->since[2].counts[ROLLOUT_HEALTH_WILLS] = 59;
}

static inline void count_each_hour(struct health_rows *rows, enum rollout_health_measure kind)
{
    for (size_t i = 0; i < rows->since_count; i++)
        rows->since[i].counts[kind] = 1;
}

static inline void wills(struct health_rows *rows)
{
    count_each_hour(rows, ROLLOUT_HEALTH_WILLS);
}

static inline void wills_among_fifty(struct health_rows *rows)
{
    count_each_hour(rows, ROLLOUT_HEALTH_WILLS);
    rows->devices = 50;
}

static inline void errors(struct health_rows *rows)
{
    count_each_hour(rows, ROLLOUT_HEALTH_ERRORS);
}

// --- free heap

#endif
