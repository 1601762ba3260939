// How settings are in the database.
#include "server/audit/audit_settings.h"

#include <stdlib.h>
#include <string.h>

#include "server/pki/digest.h"
#include "server/store/settings_store.h"

struct rules {
    size_t count;
    char names[AUDIT_JSON_NAMED_MAX][SETTINGS_STORE_NAME_SIZE];
    char chain[2 * DIGEST_SHA256_TEXT_SIZE]; // of all so far, and of the next
};

// Of the hash of those before it and its own.
static int take_rule(const struct settings_rule *rule, void *ctx)
{
    struct rules *rules = ctx;

    if (rules->count < AUDIT_JSON_NAMED_MAX)
        memcpy(rules->names[rules->count], rule->name, sizeof rules->names[0]);
    rules->count++;
    digest_sha256(
        (const uint8_t *)rule->rule, strlen(rule->rule), rules->chain + DIGEST_SHA256_TEXT_SIZE);
    digest_sha256((const uint8_t *)rules->chain, sizeof rules->chain, rules->chain);
    return 0;
}

static const char *rule_name(size_t i, void *ctx)
{
    return ((const struct rules *)ctx)->names[i];
}

static int read_schema(struct store_connection *connection, struct audit_json *out, struct err *err)
{
    struct rules rules = {.count = 0};
    int rc = settings_store_each_rule(connection, take_rule, &rules, err);

    if (rc < 0 || rules.count == 0)
        return rc;
    audit_json_add_number(out, "count", (int64_t)rules.count);
    audit_json_add_list(out, "members", rules.count, rule_name, &rules);
    audit_json_add_text(out, "sha256", rules.chain);
    return 0;
}

int audit_settings_read(struct store_connection *connection, const char *object,
    struct audit_json *out, struct err *err)
{
    const char *blank = strchr(object, ' ');
    size_t n = blank != NULL ? (size_t)(blank - object) : strlen(object);
    struct settings_layer layer;
    int scope = 0;
    int rc;

    if (strcmp(object, "schema") == 0)
        return read_schema(connection, out, err);
    while (scope < SETTINGS_SCOPE_COUNT &&
           (strlen(settings_store_scope_name((enum settings_scope)scope)) != n ||
               strncmp(settings_store_scope_name((enum settings_scope)scope), object, n) != 0))
        scope++;
    if (scope == SETTINGS_SCOPE_COUNT)
        return 0;
    rc = settings_store_get(
        connection, (enum settings_scope)scope, blank != NULL ? blank + 1 : "", &layer, err);
    if (rc == 0 && layer.patch[0] != '\0')
        audit_json_add_text(out, "patch", layer.patch);
    return rc;
}

void audit_settings_add_patch(const struct rollout *rollout, struct audit_json *out)
{
    if (rollout->kind != ROLLOUT_CONFIG)
        return;
    audit_json_add_text(
        out, "scope", settings_store_scope_name((enum settings_scope)rollout->patch.scope));
    audit_json_add_text(out, "group", rollout->patch.name);
    audit_json_add_text(out, "patch", rollout->patch.text);
}
