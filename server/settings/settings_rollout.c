// What rollouts of a configuration ask of settings.
#include "server/settings/settings_rollout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/settings/settings_check.h"
#include "server/settings/settings_rules.h"

// The patch of the wish is for the caller to give up. ERR_NO_MEMORY.
static int make_wish(
    const struct rollout *rollout, json_t **patch, struct settings_wish *out, struct err *err)
{
    *patch = json_loads(rollout->patch.text, JSON_REJECT_DUPLICATES, NULL);
    *out = (struct settings_wish){.scope = (enum settings_scope)rollout->patch.scope,
        .name = rollout->patch.name,
        .patch = *patch};
    return *patch != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for a patch");
}

static int normalize(
    struct store_connection *connection, struct rollout_patch *patch, struct err *err)
{
    json_t *given = NULL;
    json_t *taken = NULL;
    json_t *rules = NULL;
    char *text;
    int rc = settings_rules_read(connection, &rules, err);

    if (rc == 0)
        rc = settings_check_read((const uint8_t *)patch->text, strlen(patch->text), &given, err);
    if (rc == 0)
        rc = settings_check_patch(given, rules, &taken, err);
    if (rc == 0)
        rc = settings_check_write(taken, &text, err);
    if (rc == 0) {
        snprintf(patch->text, sizeof patch->text, "%s", text);
        free(text);
    }
    json_decref(rules);
    json_decref(given);
    json_decref(taken);
    return rc;
}

int settings_rollout_try(const struct settings_desk *desk, struct store_connection *connection,
    struct rollout *rollout, struct settings_rollout_trial *trial, struct err *err)
{
    struct settings_wish wish;
    json_t *patch = NULL;
    int rc = normalize(connection, &rollout->patch, err);

    if (rc == 0)
        rc = make_wish(rollout, &patch, &wish, err);
    if (rc < 0)
        return rc;
    wish.is_tried = true;
    wish.force = trial->force;
    wish.each_different = trial->each_different;
    wish.ctx = trial->ctx;
    rc = settings_change_try(desk, connection, &wish, &trial->outcome, err);
    json_decref(patch);
    return rc;
}

int settings_rollout_finish(const struct settings_desk *desk, struct store_connection *connection,
    const struct rollout *rollout, struct err *err)
{
    struct settings_outcome outcome;
    struct settings_wish wish;
    json_t *patch;
    int rc = make_wish(rollout, &patch, &wish, err);

    if (rc < 0)
        return rc;
    wish.rollout = rollout;
    rc = settings_change_within(desk, connection, &wish, &outcome, err);
    json_decref(patch);
    if (rc == 0 && outcome.change.number != 0)
        log_info("settings", "changed number=%lld rollout=%s", (long long)outcome.change.number,
            rollout->name);
    return rc;
}
