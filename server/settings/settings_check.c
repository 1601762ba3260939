// Patches of config.json, judged before they are accepted.
#include "server/settings/settings_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/config_member.h"
#include "server/settings/settings_render.h"
#include "server/settings/settings_schema.h"

int settings_check_read(const uint8_t *p, size_t n, json_t **out, struct err *err)
{
    json_error_t why = {.line = 1};
    json_t *patch;

    if (n > SETTINGS_PATCH_SIZE_MAX)
        return err_set(
            err, ERR_TOO_LARGE, "patch: it has more than %d bytes", SETTINGS_PATCH_SIZE_MAX);
    patch = n > 0 ? json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES, &why) : NULL;
    if (json_is_object(patch)) {
        *out = patch;
        return 0;
    }
    if (patch != NULL) { // an array, as JSON
        json_decref(patch);
        return err_set(err, ERR_INVALID, "patch: it is no JSON object");
    }
    return err_set(err, ERR_INVALID, "patch: line %d, column %d: it is no JSON object%s%s",
        why.line, why.column, why.text[0] != '\0' ? ": " : "", settings_schema_why(&why));
}

static const struct config_member *find_member(const char *name)
{
    for (size_t i = 0; i < CONFIG_MEMBER_COUNT; i++) {
        if (strcmp(config_member_table[i].name, name) == 0)
            return &config_member_table[i];
    }
    return NULL;
}

static int read_number(const json_t *value, json_int_t *out, struct err *err)
{
    const char *text = json_string_value(value);
    char *end = NULL;

    if (json_is_integer(value)) {
        *out = json_integer_value(value);
        return 0;
    }
    errno = 0;
    if (text != NULL)
        *out = strtoll(text, &end, 10);
    if (text == NULL || end == text || *end != '\0' || errno != 0)
        return err_set(err, ERR_INVALID, "is no whole number");
    return 0;
}

static int take_number(
    const struct config_member *member, const json_t *value, json_t **out, struct err *err)
{
    json_int_t number;
    int rc = read_number(value, &number, err);

    if (rc < 0)
        return rc;
    if (number < (json_int_t)member->min || number > (json_int_t)member->max)
        return err_set(err, ERR_INVALID,
            "%lld is not from %lu to %lu, which is what devices accept", (long long)number,
            (unsigned long)member->min, (unsigned long)member->max);
    *out = member == &config_member_table[CONFIG_MEMBER_DOWNLOAD_PORT]
               ? json_sprintf("%lld", (long long)number)
               : json_integer(number);
    return 0;
}

static int take_text(
    const struct config_member *member, const json_t *value, json_t **out, struct err *err)
{
    const char *text = json_string_value(value);
    const char *why = text == NULL ? NULL : config_member_refuse_text(member, text);

    if (text == NULL)
        return err_set(err, ERR_INVALID, "is no text");
    if (why != NULL)
        return err_set(err, ERR_INVALID, "'%.80s' %s; devices would refuse it", text, why);
    *out = json_string(text);
    return 0;
}

static int take_known(
    const struct config_member *member, const json_t *value, json_t **out, struct err *err)
{
    switch (member->kind) {
    case CONFIG_MEMBER_HOST:
    case CONFIG_MEMBER_PATH: return take_text(member, value, out, err);
    case CONFIG_MEMBER_NUMBER: return take_number(member, value, out, err);
    case CONFIG_MEMBER_TRUE: break;
    }
    if (!json_is_true(value))
        return err_set(err, ERR_INVALID, "is not true; devices talk to the broker over TLS only");
    *out = json_true();
    return 0;
}

static int take_value(
    const char *name, const json_t *value, const json_t *rules, json_t **out, struct err *err)
{
    const struct config_member *member = find_member(name);
    const json_t *rule = json_object_get(rules, name);
    int rc = 0;

    if (member == NULL && rule == NULL)
        return err_set(err, ERR_INVALID,
            "config.json has no such member; one of an app needs a schema ('secureesp settings "
            "schema add')");
    *out = NULL;
    if (json_is_null(value))
        *out = json_null();
    else if (member != NULL)
        rc = take_known(member, value, out, err);
    else
        rc = settings_schema_judge(rule, value, err);
    if (rc == 0 && *out == NULL && rule != NULL)
        *out = json_deep_copy(value);
    return rc;
}

int settings_check_patch(const json_t *patch, const json_t *rules, json_t **out, struct err *err)
{
    json_t *taken = json_object();
    const char *name;
    const json_t *value;
    json_t *normal = NULL;
    int rc = 0;

    json_object_foreach((json_t *)(uintptr_t)patch, name, value)
    {
        if (rc < 0)
            break;
        rc = take_value(name, value, rules, &normal, err);
        if (rc < 0)
            err_context(err, "%.40s", name);
        else if (json_object_set_new(taken, name, normal) < 0)
            rc = err_set(err, ERR_NO_MEMORY, "no memory for a patch");
    }
    if (rc < 0)
        json_decref(taken);
    else
        *out = taken;
    return rc;
}

int settings_check_write(const json_t *layer, char **out, struct err *err)
{
    size_t n;
    int rc = settings_render_dump(layer, JSON_COMPACT | JSON_SORT_KEYS, out, &n);

    if (rc < 0)
        return err_set(err, rc, "no memory for a layer");
    if (n <= SETTINGS_PATCH_SIZE_MAX)
        return 0;
    free(*out);
    return err_set(
        err, ERR_TOO_LARGE, "the layer would have more than %d bytes", SETTINGS_PATCH_SIZE_MAX);
}
