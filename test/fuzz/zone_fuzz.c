// Files of the time zone database: what is read has its changes in order, and an offset at any
// time.
#include "server/rollout/rollout_zone.h"
#include "test/fuzz/fuzz.h"

#define OFFSET_MAX (27 * 3600)

static void check_rule(const uint8_t *p, size_t n)
{
    struct rollout_zone_rule rule;

    if (!rollout_zone_rule_parse((const char *)p, n, &rule))
        return;
    for (int64_t at = 0; at < INT64_C(4000000000); at += 40000007) {
        int32_t offset = rollout_zone_rule_offset(&rule, at);

        FUZZ_CHECK(offset == rule.standard_s || (rule.has_summer && offset == rule.summer_s));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct rollout_zone zone;
    struct err err = {0};

    p = fuzz_bytes(p, n);
    check_rule(p, n);
    if (rollout_zone_decode(p, n, &zone, &err) < 0) {
        FUZZ_CHECK(err.code == ERR_INVALID && zone.changes == NULL && zone.count == 0);
        return 0;
    }
    for (size_t i = 0; i < zone.count; i++) {
        int64_t at_s = zone.changes[i].at_s;

        FUZZ_CHECK(i == 0 || at_s > zone.changes[i - 1].at_s);
        FUZZ_CHECK(zone.changes[i].offset_s < OFFSET_MAX && zone.changes[i].offset_s > -OFFSET_MAX);
        FUZZ_CHECK(
            i + 1 == zone.count || rollout_zone_offset(&zone, at_s) == zone.changes[i].offset_s);
    }
    (void)rollout_zone_is_within(&zone, 1320, 300, INT64_C(1900000000000));
    rollout_zone_clear(&zone);
    return 0;
}
