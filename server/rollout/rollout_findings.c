// A list of what was found against updated devices.
#include "server/rollout/rollout_findings.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"

int rollout_findings_add(struct rollout_findings *findings, const struct rollout_finding *finding)
{
    if (findings->count == findings->capacity) {
        size_t capacity = findings->capacity == 0 ? 8 : 2 * findings->capacity;
        struct rollout_finding *items = realloc(findings->items, capacity * sizeof *items);

        if (items == NULL)
            return ERR_NO_MEMORY;
        findings->items = items;
        findings->capacity = capacity;
    }
    findings->items[findings->count++] = *finding;
    return 0;
}

const char *rollout_findings_reason(
    const struct rollout_findings *findings, int64_t rollout, const char *mac)
{
    for (size_t i = 0; findings != NULL && i < findings->count; i++) {
        const struct rollout_finding *finding = &findings->items[i];

        if (finding->rollout == rollout && strcmp(finding->mac, mac) == 0)
            return finding->reason;
    }
    return NULL;
}

void rollout_findings_clear(struct rollout_findings *findings)
{
    free(findings->items);
    *findings = (struct rollout_findings){NULL, 0, 0};
}
