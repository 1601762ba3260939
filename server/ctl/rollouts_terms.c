// What was asked for of a rollout, in words.
#include "server/ctl/rollouts_terms.h"

#include <stdint.h>
#include <stdio.h>

#include "server/ctl/duration.h"
#include "server/ctl/field.h"
#include "server/ctl/rollouts_config.h"

static void print_bounds(const json_t *terms)
{
    int64_t rate = field_integer(terms, "rate", 0);
    int64_t at_once = field_integer(terms, "at_once", 0);
    char time[TEXT_SHORT_SIZE];

    fputs("bounds    ", stdout);
    if (rate > 0)
        printf("%lld a minute, ", (long long)rate);
    if (at_once > 0)
        printf("%lld at once, ", (long long)at_once);
    if (field_has(terms, "site"))
        printf("%lld of a site %s*, ", (long long)field_integer(terms, "per_site", 0),
            field_text(terms, "site", "")); // made like a tag
    duration_format(field_integer(terms, "timeout_s", 0), time);
    printf("%s to return\n", time);
}

void rollouts_terms_print(const json_t *rollout)
{
    const json_t *terms = json_object_get(rollout, "terms");
    char time[TEXT_SHORT_SIZE];

    if (field_has(rollout, "config"))
        rollouts_config_print(rollout);
    else
        text_line(stdout, "image     %s%s", field_text(rollout, "image", "-"),
            field_is_true(rollout, "gated") ? ", offered to no other device" : "");
    duration_format(field_integer(terms, "soak_s", 0), time);
    text_line(stdout, "phases    %s; %lld%% of each succeed, for %s; paused at %s failures",
        field_text(terms, "phases", "-"), (long long)field_integer(terms, "success", 0), time,
        field_text(terms, "failures", "-"));
    print_bounds(terms);
    if (field_has(terms, "start_ms")) {
        field_time(terms, "start_ms", time);
        text_line(stdout, "start     %s", time);
    }
    if (field_has(terms, "window"))
        text_line(stdout, "window    %s", field_text(terms, "window", "-"));
}
