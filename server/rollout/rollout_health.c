// Whether an updated device is well.
#include "server/rollout/rollout_health.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/rollout/rollout_health_trend.h"

#define ALPHA 0.004 // of all devices, tests and looks
#define TESTS 4
#define HEARD_MIN 24 // hours before, for a device to be its own standard
#define STRETCHES_MIN 3
#define BAD_HOURS 12 // of its connection, that are not only an episode
#define BAD_HOURS_DOUBLED 3
#define TIMES_WORST 2
#define SPREADS 6
#define HEAP_FLOOR_BYTES 2048.0
#define HEAP_ALONE_BYTES 4096.0 // of a device without days before: TLS has no room
#define FALL_FLOOR_BYTES 1536.0
#define WEEK_HOURS 168
#define GAUGE_HOURS_MIN 6
#define RSSI_FLOOR_DB 10
#define SUFFERS_CHANCE 0.01
#define SILENT_HOURS 8
#define SILENT_HOURS_DOUBLED 2

struct judgement {
    const struct rollout_health_summary *before, *now;
    const struct rollout_health_series *since;
    const struct rollout_health_control *control;
    double devices;
    double chance; // below which a test tells more than chance
    struct rollout_health_verdict *out;
};

const char *rollout_health_measure_name(enum rollout_health_measure measure)
{
    static const char *const names[ROLLOUT_HEALTH_MEASURES] = {
        "restarts", "lost connections", "errors", "free heap", "signal", "loop", "silence"};

    return names[measure];
}

__attribute__((format(printf, 3, 4))) static bool blame(
    const struct judgement *j, enum rollout_health_measure measure, const char *format, ...)
{
    va_list args;

    j->out->state = ROLLOUT_HEALTH_UNHEALTHY;
    j->out->measure = measure;
    va_start(args, format);
    (void)vsnprintf(j->out->reason, sizeof j->out->reason, format, args);
    va_end(args);
    return true;
}

#define BYTES_SIZE 24

// "21,304"
static const char *bytes(double value, char out[BYTES_SIZE])
{
    long long n = llround(value);

    if (n < 1000)
        snprintf(out, BYTES_SIZE, "%lld", n);
    else if (n < 1000000)
        snprintf(out, BYTES_SIZE, "%lld,%03lld", n / 1000, n % 1000);
    else
        snprintf(out, BYTES_SIZE, "%lld,%03lld,%03lld", n / 1000000, n / 1000 % 1000, n % 1000);
    return out;
}

static bool has_burst(const struct judgement *j, enum rollout_health_measure kind)
{
    static const uint32_t floors[ROLLOUT_HEALTH_COUNTED] = {
        [ROLLOUT_HEALTH_RESTARTS] = 6, [ROLLOUT_HEALTH_WILLS] = 60};
    uint32_t burst = j->now->burst[kind];
    uint32_t worst = j->before->burst[kind];

    if (floors[kind] == 0 || burst < floors[kind] || burst <= TIMES_WORST * (uint64_t)worst)
        return false;
    return blame(j, kind, "%lu %s within %d hours, its own days before %lu at most",
        (unsigned long)burst, rollout_health_measure_name(kind), ROLLOUT_HEALTH_BURST_HOURS,
        (unsigned long)worst);
}

// How many stretches are to be bad: restarts come one by one, a bad connection in episodes.
static double least_stretches(const struct judgement *j, enum rollout_health_measure kind)
{
    if (kind == ROLLOUT_HEALTH_RESTARTS)
        return STRETCHES_MIN;
    return (BAD_HOURS + BAD_HOURS_DOUBLED * log2(fmax(j->devices, 1))) / ROLLOUT_HEALTH_BLOCK_HOURS;
}

static bool has_more(const struct judgement *j, enum rollout_health_measure kind)
{
    const struct rollout_statistic_share *now = &j->now->blocks[kind];
    const struct rollout_statistic_share *before = &j->before->blocks[kind];

    if ((double)now->hit < least_stretches(j, kind) || j->before->heard < HEARD_MIN ||
        rollout_statistic_more(now, before) > j->chance)
        return false;
    return blame(j, kind,
        "%s in %lld of %lld stretches of %d hours, in the days before %lld of %lld",
        rollout_health_measure_name(kind), (long long)now->hit, (long long)now->of,
        ROLLOUT_HEALTH_BLOCK_HOURS, (long long)before->hit, (long long)before->of);
}

// What a device goes below by chance hardly ever.
static double usual_low(const struct rollout_health_gauge *gauge)
{
    return fmin(gauge->low, gauge->median - SPREADS * gauge->spread);
}

static bool has_collapsed(const struct judgement *j)
{
    const struct rollout_health_gauge *before = &j->before->heap;
    const struct rollout_health_gauge *now = &j->now->heap;
    double bound = HEAP_ALONE_BYTES;
    char texts[3][BYTES_SIZE];

    if (now->count < 3)
        return false;
    if (before->count < HEARD_MIN)
        return now->low_run < bound && (before->count == 0 || before->low >= bound) &&
               blame(j, ROLLOUT_HEALTH_HEAP, "free heap %s bytes, and little is known of before",
                   bytes(now->low_run, texts[0]));
    bound = usual_low(before) - fmax(HEAP_FLOOR_BYTES, before->median / 4) +
            rollout_health_control_heap_fall(j->control);
    return now->low_run < bound &&
           blame(j, ROLLOUT_HEALTH_HEAP,
               "free heap %s -> %s bytes, its own days before never below %s",
               bytes(before->median, texts[0]), bytes(now->low_run, texts[1]),
               bytes(before->low, texts[2]));
}

static bool is_leaking(const struct judgement *j)
{
    const struct rollout_health_gauge *before = &j->before->heap;
    struct rollout_health_trend trend;
    char texts[3][BYTES_SIZE];

    if (before->count < HEARD_MIN)
        return false;
    rollout_health_trend_read(j->since, &trend);
    if (!trend.is_known || !trend.goes_on || trend.hours_left > WEEK_HOURS ||
        trend.first - trend.last < fmax(FALL_FLOOR_BYTES, SPREADS * before->spread) ||
        trend.last > usual_low(before) - FALL_FLOOR_BYTES ||
        rollout_health_trend_chance(&trend) > j->chance)
        return false;
    return blame(j, ROLLOUT_HEALTH_HEAP,
        "free heap falls by %s bytes an hour, now %s: none is left in %.0f hours; before %s",
        bytes(trend.fall_each_hour, texts[0]), bytes(trend.last, texts[1]), trend.hours_left,
        bytes(before->median, texts[2]));
}

static double longest_usual(const struct judgement *j)
{
    return SILENT_HOURS + SILENT_HOURS_DOUBLED * log2(fmax(j->devices, 1));
}

static bool is_silent(const struct judgement *j)
{
    size_t now = j->now->longest_silence_hours;
    size_t before = j->before->longest_silence_hours;

    return (double)now >= longest_usual(j) && now > TIMES_WORST * before &&
           blame(j, ROLLOUT_HEALTH_SILENCE, "silent for %zu hours, its own days before %zu at most",
               now, before);
}

static bool suffers(const struct judgement *j)
{
    enum rollout_health_measure wills = ROLLOUT_HEALTH_WILLS;

    return rollout_statistic_more(&j->now->blocks[wills], &j->before->blocks[wills]) <=
               SUFFERS_CHANCE ||
           j->now->statuses_per_hour < j->before->statuses_per_hour / 2;
}

static bool is_weak(const struct judgement *j)
{
    const struct rollout_health_gauge *before = &j->before->rssi;
    const struct rollout_health_gauge *now = &j->now->rssi;
    double fall = before->median + rollout_health_control_rssi_fall(j->control) - now->median;

    return before->count >= HEARD_MIN && now->count >= GAUGE_HOURS_MIN &&
           fall >= fmax(RSSI_FLOOR_DB, SPREADS * before->spread) && suffers(j) &&
           blame(j, ROLLOUT_HEALTH_RSSI,
               "signal %.0f -> %.0f dBm, and it loses its connection or its statuses",
               before->median, now->median);
}

// Of the budget, the part of one device, one test and this look.
static double chance_of(const struct rollout_health_summary *now, double devices)
{
    size_t looks = now->hours / ROLLOUT_HEALTH_BLOCK_HOURS;
    double look = (double)looks;

    return looks == 0 ? 0 : ALPHA / TESTS / fmax(devices, 1) / (look * (look + 1));
}

// One who is silent now for longer than it ever was may be on the way to harm.
static bool is_too_early(const struct judgement *j)
{
    size_t usual = j->before->longest_silence_hours;

    return j->now->hours < ROLLOUT_HEALTH_HOURS_MIN || j->now->heard == 0 ||
           j->now->silence_hours > (usual > 2 ? usual : 2);
}

void rollout_health_judge(const struct rollout_health_summary *before,
    const struct rollout_health_series *since, const struct rollout_health_control *control,
    size_t devices, struct rollout_health_verdict *out)
{
    struct rollout_health_summary now;
    struct judgement j = {before, &now, since, control, (double)devices, 0, out};

    memset(out, 0, sizeof *out);
    rollout_health_summary_read(since, control, &now);
    j.chance = chance_of(&now, j.devices);
    if (has_burst(&j, ROLLOUT_HEALTH_RESTARTS) || has_collapsed(&j) ||
        has_more(&j, ROLLOUT_HEALTH_RESTARTS) || is_leaking(&j) ||
        has_burst(&j, ROLLOUT_HEALTH_WILLS) || has_more(&j, ROLLOUT_HEALTH_WILLS) ||
        has_more(&j, ROLLOUT_HEALTH_ERRORS) || is_silent(&j) || is_weak(&j))
        return;
    out->state = is_too_early(&j) ? ROLLOUT_HEALTH_TOO_EARLY : ROLLOUT_HEALTH_OK;
}
