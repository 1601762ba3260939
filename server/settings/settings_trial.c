// What rollouts try on devices before it is set for all.
#include "server/settings/settings_trial.h"

#include <string.h>

#include "server/settings/settings_merge.h"

static int take(const struct rollout_trial *row, struct settings_trial *out, struct err *err)
{
    json_t *patch = json_loads(row->layer.patch, JSON_REJECT_DUPLICATES, NULL);

    if (!json_is_object(patch)) {
        json_decref(patch);
        return err_set(
            err, ERR_INVALID, "the patch of rollout %s cannot be read", row->rollout_name);
    }
    *out = (struct settings_trial){.rollout = row->rollout, .of = row->layer, .patch = patch};
    memcpy(out->rollout_name, row->rollout_name, sizeof out->rollout_name);
    return 0;
}

struct reading {
    struct settings_trials *out;
    struct err *err;
};

static int append(const struct rollout_trial *row, void *ctx)
{
    const struct reading *reading = ctx;
    struct settings_trials *out = reading->out;
    int rc;

    if (out->count == SETTINGS_TRIALS_MAX)
        return err_set(reading->err, ERR_INVALID, "there are too many rollouts of a configuration");
    rc = take(row, &out->items[out->count], reading->err);
    out->count += rc == 0;
    return rc;
}

int settings_trial_read(
    struct store_connection *connection, struct settings_trials *out, struct err *err)
{
    struct reading reading = {out, err};
    int rc;

    out->count = 0;
    rc = rollout_patch_store_each(connection, append, &reading, err);
    if (rc < 0)
        settings_trial_clear_all(out);
    return rc;
}

int settings_trial_read_of(struct store_connection *connection, const char *mac,
    struct settings_trial *out, struct err *err)
{
    struct rollout_trial row;
    int rc = rollout_patch_store_get(connection, mac, &row, err);

    return rc < 0 ? rc : take(&row, out, err);
}

int settings_trial_compose(struct settings_trial *trial, const json_t *now, struct err *err)
{
    json_decref(trial->layer);
    trial->layer = settings_merge_compose(now, trial->patch);
    if (trial->layer != NULL)
        return 0;
    return err_set(err, ERR_INVALID,
        "what rollout %s is to set has more than %d objects within each other", trial->rollout_name,
        SETTINGS_MERGE_DEPTH_MAX);
}

void settings_trial_clear(struct settings_trial *trial)
{
    json_decref(trial->patch);
    json_decref(trial->layer);
    *trial = (struct settings_trial){.rollout = 0};
}

void settings_trial_clear_all(struct settings_trials *trials)
{
    for (size_t i = 0; i < trials->count; i++)
        settings_trial_clear(&trials->items[i]);
    trials->count = 0;
}

// --- what may not be done beside them

static bool is_of(const struct rollout_trial *trial, enum settings_scope scope, const char *name)
{
    return trial->layer.scope == scope && strcmp(trial->layer.name, name) == 0;
}

static bool differs(const json_t *before, const json_t *after, const char *member)
{
    const json_t *was = json_object_get(before, member);
    const json_t *is = json_object_get(after, member);

    return was != is && (was == NULL || is == NULL || !json_equal(was, is));
}

struct judging {
    const struct settings_change *change;
    json_t *before, *after; // or NULL: there is no layer
    struct err *err;
};

static int judge_change(const struct rollout_trial *row, void *ctx)
{
    const struct judging *judging = ctx;
    const struct settings_change *change = judging->change;
    json_t *patch;
    const char *member;
    const json_t *value;
    int rc = 0;

    if (!is_of(row, change->scope, change->name) || strcmp(row->rollout_name, change->rollout) == 0)
        return 0;
    patch = json_loads(row->layer.patch, JSON_REJECT_DUPLICATES, NULL);
    json_object_foreach(patch, member, value)
    {
        if (rc == 0 && differs(judging->before, judging->after, member))
            rc = err_set(judging->err, ERR_CONFLICT,
                "%.40s: rollout %s is about to set it there; let that end, or abort it", member,
                row->rollout_name);
    }
    json_decref(patch);
    return rc;
}

int settings_trial_judge_change(
    struct store_connection *connection, const struct settings_change *change, struct err *err)
{
    struct judging judging = {change, NULL, NULL, err};
    int rc;

    judging.before = json_loads(change->before, JSON_REJECT_DUPLICATES, NULL);
    judging.after = json_loads(change->after, JSON_REJECT_DUPLICATES, NULL);
    rc = rollout_patch_store_each(connection, judge_change, &judging, err);
    json_decref(judging.before);
    json_decref(judging.after);
    return rc;
}
