// Who is when.
#include "server/rollout/rollout_plan.h"

#include <string.h>

// FNV-1a (draft-eastlake-fnv), mixed once more, since names that differ in the last letter alone
// would stay close.
static uint64_t add_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
    return hash;
}

uint64_t rollout_plan_lot(const char *rollout, const char *mac)
{
    uint64_t hash = add_text(add_text(0xcbf29ce484222325U, rollout), mac);

    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdU;
    return hash ^ (hash >> 29);
}

int rollout_plan_compare(const void *a, const void *b)
{
    const struct rollout_plan_member *left = a;
    const struct rollout_plan_member *right = b;

    if (left->is_online != right->is_online)
        return left->is_online ? -1 : 1;
    if (left->lot != right->lot)
        return left->lot < right->lot ? -1 : 1;
    return strcmp(left->mac, right->mac);
}

int rollout_plan_compare_canaries(const void *a, const void *b)
{
    const struct rollout_plan_member *left = a;
    const struct rollout_plan_member *right = b;

    if (left->is_canary != right->is_canary)
        return left->is_canary ? -1 : 1;
    return rollout_plan_compare(a, b);
}

static int64_t amount_of(const struct rollout_amount *amount, int64_t count)
{
    int64_t n = amount->is_percent
                    ? count / 100 * amount->value + (count % 100 * amount->value + 99) / 100
                    : amount->value;

    return n < count ? n : count;
}

int64_t rollout_plan_bound(const struct rollout_terms *terms, int64_t phase, int64_t count)
{
    int64_t bound = 0;

    if (phase + 1 >= terms->phase_count)
        return count;
    for (int64_t i = 0; i <= phase; i++) {
        int64_t n = amount_of(&terms->phases[i], count);

        if (n > bound)
            bound = n;
    }
    return bound;
}

int64_t rollout_plan_phase_of(const struct rollout_terms *terms, int64_t place, int64_t count)
{
    int64_t phase = 0;

    while (phase + 1 < terms->phase_count && place >= rollout_plan_bound(terms, phase, count))
        phase++;
    return phase;
}

int64_t rollout_plan_failures(const struct rollout_terms *terms, int64_t count)
{
    int64_t n = amount_of(&terms->failures, count);

    return n > 0 ? n : 1;
}

bool rollout_plan_take(
    const struct rollout_terms *terms, struct rollout_plan_use *use, int64_t *of_site)
{
    if ((terms->rate > 0 && use->begun >= terms->rate) ||
        (terms->at_once > 0 && use->downloading >= terms->at_once) ||
        (terms->site_size > 0 && of_site != NULL && *of_site >= terms->site_size))
        return false;
    use->begun++;
    use->downloading++;
    if (of_site != NULL)
        (*of_site)++;
    return true;
}

// Those from one phase on, up to another, that soak: a phase without devices does not, but the
// last.
static int64_t count_soaks(
    const struct rollout_terms *terms, int64_t from, int64_t to, int64_t devices)
{
    int64_t soaks = 0;

    for (int64_t i = from; i < to; i++) {
        if (i + 1 == terms->phase_count ||
            rollout_plan_bound(terms, i, devices) >
                (i > 0 ? rollout_plan_bound(terms, i - 1, devices) : 0))
            soaks++;
    }
    return soaks;
}

int64_t rollout_plan_end(
    const struct rollout *rollout, int64_t devices, int64_t settled, int64_t now_ms)
{
    const struct rollout_terms *terms = &rollout->terms;
    int64_t began_ms =
        terms->start_ms > rollout->created_at_ms ? terms->start_ms : rollout->created_at_ms;
    int64_t soaks = count_soaks(terms, rollout->phase, terms->phase_count, devices); // to come
    int64_t soaked_ms = count_soaks(terms, 0, rollout->phase, devices) * terms->soak_ms;
    int64_t worked_ms = now_ms - began_ms - soaked_ms;

    if (rollout->state > ROLLOUT_SOAKING || settled <= 0)
        return 0;
    if (rollout->state == ROLLOUT_SOAKING) {
        worked_ms -= now_ms - rollout->soak_at_ms;
        soaked_ms = now_ms - rollout->soak_at_ms;
    } else
        soaked_ms = 0;
    if (worked_ms < 0)
        worked_ms = 0;
    return now_ms + worked_ms / settled * (devices - settled) + soaks * terms->soak_ms - soaked_ms;
}
