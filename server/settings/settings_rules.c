// Rules for an app's members.
#include "server/settings/settings_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/settings/settings_render.h"
#include "server/settings/settings_schema.h"
#include "server/store/rollout_patch_store.h"
#include "server/store/settings_store.h"

#define OBJECT "schema" // in the audit log

struct changing {
    const json_t *rules; // or NULL:
    const char *removed;
    const char *by;
    struct err *err;
};

static int append(const struct settings_rule *rule, void *ctx)
{
    json_t *value = json_loads(rule->rule, JSON_REJECT_DUPLICATES, NULL);

    return json_object_set_new(ctx, rule->name, value) < 0 ? ERR_NO_MEMORY : 0;
}

int settings_rules_read(struct store_connection *connection, json_t **out, struct err *err)
{
    json_t *rules = json_object();
    int rc =
        rules != NULL ? settings_store_each_rule(connection, append, rules, err) : ERR_NO_MEMORY;

    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for the schema");
    if (rc < 0)
        json_decref(rules);
    else
        *out = rules;
    return rc;
}

static int refuse(
    const struct settings_layer *layer, const char *member, const char *why, struct err *err)
{
    return err_set(err, ERR_CONFLICT, "%s: the settings of %s%s%s have it%s%s", member,
        settings_store_scope_name(layer->scope), layer->name[0] != '\0' ? " " : "", layer->name,
        why[0] != '\0' ? ", and the value " : "; unset it there first", why);
}

// Whether a layer that there is agrees with the change.
static int check_layer(const struct settings_layer *layer, void *ctx)
{
    const struct changing *changing = ctx;
    json_t *patch = json_loads(layer->patch, JSON_REJECT_DUPLICATES, NULL);
    struct err why = {0};
    const char *name;
    const json_t *rule;
    int rc = 0;

    if (changing->removed != NULL && json_object_get(patch, changing->removed) != NULL)
        rc = refuse(layer, changing->removed, "", changing->err);
    json_object_foreach((json_t *)(uintptr_t)changing->rules, name, rule)
    {
        const json_t *value = json_object_get(patch, name);

        if (rc == 0 && value != NULL && !json_is_null(value) &&
            settings_schema_judge(rule, value, &why) < 0)
            rc = refuse(layer, name, why.message, changing->err);
    }
    json_decref(patch);
    return rc;
}

// What a rollout is about to set has to agree, too.
static int check_trial(const struct rollout_trial *trial, void *ctx)
{
    return check_layer(&trial->layer, ctx);
}

static int put_rule(struct store_connection *connection, const char *name, const json_t *rule,
    const char *by, struct err *err)
{
    struct settings_rule row = {.at_ms = clock_now_ms()};
    char *text;
    size_t n;
    int rc = settings_render_dump(rule, JSON_COMPACT | JSON_SORT_KEYS, &text, &n);

    if (rc < 0)
        return err_set(err, rc, "no memory for the schema");
    if (n >= sizeof row.rule)
        rc = err_set(err, ERR_TOO_LARGE, "schema: %s: the rule has more than %zu bytes", name,
            sizeof row.rule - 1);
    snprintf(row.name, sizeof row.name, "%s", name);
    snprintf(row.rule, sizeof row.rule, "%s", text);
    snprintf(row.by, sizeof row.by, "%s", by);
    free(text);
    return rc < 0 ? rc : settings_store_put_rule(connection, &row, err);
}

static int check_count(struct store_connection *connection, struct err *err)
{
    json_t *rules;
    int rc = settings_rules_read(connection, &rules, err);

    if (rc < 0)
        return rc;
    if (json_object_size(rules) > SETTINGS_SCHEMA_MEMBERS_MAX)
        rc = err_set(err, ERR_TOO_LARGE, "schema: it would have more than %d properties",
            SETTINGS_SCHEMA_MEMBERS_MAX);
    json_decref(rules);
    return rc;
}

// A store_job.
static int change(struct store_connection *connection, void *ctx, struct err *err)
{
    struct changing *changing = ctx;
    const char *name;
    const json_t *rule;
    int rc;

    changing->err = err;
    rc = settings_store_each(connection, check_layer, changing, err);
    if (rc == 0)
        rc = rollout_patch_store_each(connection, check_trial, changing, err);
    if (rc == 0 && changing->removed != NULL)
        return settings_store_remove_rule(connection, changing->removed, err);
    json_object_foreach((json_t *)(uintptr_t)changing->rules, name, rule)
    {
        if (rc == 0)
            rc = put_rule(connection, name, rule, changing->by, err);
    }
    return rc < 0 ? rc : check_count(connection, err);
}

static int run(const struct settings_desk *desk, struct changing *changing, const char *verb,
    const struct audit_author *by, struct err *err)
{
    struct audit_change audit = {.by = by, .verb = verb, .kind = AUDIT_SETTINGS, .object = OBJECT};

    changing->by = by != NULL ? by->who : "";
    return audit_run(desk->store, &audit, change, changing, err);
}

int settings_rules_add(const struct settings_desk *desk, const json_t *rules,
    const struct audit_author *by, struct err *err)
{
    struct changing changing = {.rules = rules};

    return run(desk, &changing, "add", by, err);
}

int settings_rules_remove(const struct settings_desk *desk, const char *name,
    const struct audit_author *by, struct err *err)
{
    struct changing changing = {.removed = name};

    return run(desk, &changing, "remove", by, err);
}
