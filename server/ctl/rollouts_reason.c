// Why a rollout does not go on, in words.
#include "server/ctl/rollouts_reason.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"

void rollouts_reason_write(const json_t *rollout, char out[ROLLOUTS_REASON_SIZE])
{
    const char *what = field_text(rollout, "waits_for", "");
    const char *window = field_text(json_object_get(rollout, "terms"), "window", "-");
    char time[TEXT_SHORT_SIZE];

    if (field_has(rollout, "reason") || what[0] == '\0') {
        snprintf(out, ROLLOUTS_REASON_SIZE, "%s", field_text(rollout, "reason", ""));
        return;
    }
    if (strcmp(what, "zone") == 0) {
        snprintf(out, ROLLOUTS_REASON_SIZE,
            "waits: the time zone of its window, %s, cannot be read", window);
        return;
    }
    field_time(rollout, "waits_until_ms", time);
    snprintf(out, ROLLOUTS_REASON_SIZE, "waits for its %s until %s", what, time);
}
