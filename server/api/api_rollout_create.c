// POST /rollouts: what is asked for, and what it would mean.
#include "server/api/api_rollout_create.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_once.h"
#include "server/api/api_rollouts.h"
#include "server/base/clock.h"
#include "server/model/rollout_text.h"
#include "server/rollout/rollout_create.h"
#include "server/rollout/rollout_plan.h"
#include "server/settings/settings_render.h"
#include "server/store/settings_store.h"

#define SECONDS_MAX (365LL * 24 * 3600)

static const struct api_member members[] = {
    {"name", API_MEMBER_TEXT},
    {"image", API_MEMBER_TEXT},
    {"config", API_MEMBER_OBJECT},
    {"scope", API_MEMBER_TEXT},
    {"group", API_MEMBER_TEXT},
    {"force", API_MEMBER_FLAG},
    {"all", API_MEMBER_FLAG},
    {"filters", API_MEMBER_TEXTS},
    {"phases", API_MEMBER_TEXT},
    {"rate", API_MEMBER_INTEGER},
    {"at_once", API_MEMBER_INTEGER},
    {"site", API_MEMBER_TEXT},
    {"per_site", API_MEMBER_INTEGER},
    {"start_ms", API_MEMBER_INTEGER},
    {"window", API_MEMBER_TEXT},
    {"success", API_MEMBER_INTEGER},
    {"soak_s", API_MEMBER_INTEGER},
    {"failures", API_MEMBER_TEXT},
    {"timeout_s", API_MEMBER_INTEGER},
    {"canaries_first", API_MEMBER_FLAG},
    {"dry_run", API_MEMBER_FLAG},
    {0},
};

static const char *text_of(const json_t *body, const char *name, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(body, name));

    return text != NULL ? text : otherwise;
}

// Numbers of a body: each with its bounds, and what is so without it.
struct number {
    const char *name;
    int64_t min, max, otherwise, factor;
    int64_t *out;
};

static int read_numbers(const json_t *body, struct rollout_terms *terms, struct err *err)
{
    const struct number numbers[] = {
        {"rate", 0, ROLLOUT_TEXT_DEVICES_MAX, API_ROLLOUT_CREATE_RATE, 1, &terms->rate},
        {"at_once", 0, ROLLOUT_TEXT_DEVICES_MAX, API_ROLLOUT_CREATE_AT_ONCE, 1, &terms->at_once},
        {"per_site", 0, ROLLOUT_TEXT_DEVICES_MAX, 0, 1, &terms->site_size},
        {"start_ms", 0, INT64_C(253402300799000), 0, 1, &terms->start_ms},
        {"success", 1, 100, API_ROLLOUT_CREATE_SUCCESS, 1, &terms->success},
        {"soak_s", 0, SECONDS_MAX, API_ROLLOUT_CREATE_SOAK_S, 1000, &terms->soak_ms},
        {"timeout_s", 1, SECONDS_MAX, API_ROLLOUT_CREATE_TIMEOUT_S, 1000, &terms->timeout_ms},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const struct number *number = &numbers[i];
        const json_t *given = json_object_get(body, number->name);
        int64_t value = given != NULL ? json_integer_value(given) : number->otherwise;

        if (value < number->min || value > number->max)
            return err_set(err, ERR_INVALID, "%s must be from %lld to %lld", number->name,
                (long long)number->min, (long long)number->max);
        *number->out = value * number->factor;
    }
    return 0;
}

static int read_terms(const json_t *body, struct rollout_terms *terms, struct err *err)
{
    const char *site = text_of(body, "site", "");
    const char *phases = text_of(body, "phases", API_ROLLOUT_CREATE_PHASES);
    const char *failures = text_of(body, "failures", API_ROLLOUT_CREATE_FAILURES);
    const char *window = text_of(body, "window", "");
    int rc = read_numbers(body, terms, err);

    if (rc < 0)
        return rc;
    if (!rollout_text_read_phases(phases, terms))
        return err_set(err, ERR_INVALID,
            "\"%.60s\" are no phases: up to %d numbers of devices or shares, as "
            "5,10%%,50%%,100%%; the last is 100%%",
            phases, ROLLOUT_PHASES_MAX);
    if (!rollout_text_read_amount(failures, &terms->failures))
        return err_set(err, ERR_INVALID,
            "\"%.40s\" are no failures: a number of devices or a share, as 3 or 5%%", failures);
    if (!rollout_text_read_window(window, terms))
        return err_set(err, ERR_INVALID,
            "\"%.60s\" is no window: two times from 00:00 to 23:59, which differ, and a time zone, "
            "as 22:00-05:00 Europe/Berlin; without a window devices begin at any time",
            window);
    if (site[0] != '\0' && !rollout_text_is_name(site))
        return err_set(err, ERR_INVALID, "\"%.40s\" is nothing that a tag begins with", site);
    if ((site[0] != '\0') != (terms->site_size > 0))
        return err_set(err, ERR_INVALID, "site and per_site go together");
    snprintf(terms->site_prefix, sizeof terms->site_prefix, "%s", site);
    terms->canaries_first = json_is_true(json_object_get(body, "canaries_first"));
    return 0;
}

static int read_image(const json_t *body, struct api_rollout_create *out, struct err *err)
{
    static const char *const others[] = {"scope", "group", "force"};
    const char *image = text_of(body, "image", "");

    if (!image_name_parse(image, strlen(image), &out->rollout.image))
        return err_set(err, ERR_INVALID,
            "the body needs an image's name as \"image\", or a patch as \"config\"");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (json_object_get(body, others[i]) != NULL)
            return err_set(err, ERR_INVALID, "\"%s\" goes with \"config\"", others[i]);
    }
    if (out->all == (json_array_size(json_object_get(body, "filters")) > 0))
        return err_set(
            err, ERR_INVALID, "the body needs \"all\": true, or \"filters\" that are not empty");
    return 0;
}

static int read_patch(const json_t *body, struct rollout_patch *patch, struct err *err)
{
    char *text;
    size_t n;
    int rc = settings_render_dump(json_object_get(body, "config"), JSON_COMPACT, &text, &n);

    if (rc < 0)
        return err_set(err, rc, "no memory for a patch");
    if (n >= sizeof patch->text)
        rc = err_set(
            err, ERR_TOO_LARGE, "config: it has more than %zu bytes", sizeof patch->text - 1);
    else
        memcpy(patch->text, text, n + 1);
    free(text);
    return rc;
}

static int read_config(const json_t *body, struct api_rollout_create *out, struct err *err)
{
    struct rollout_patch *patch = &out->rollout.patch;
    const char *scope = text_of(body, "scope", "");
    const char *group = text_of(body, "group", "");
    bool is_group = strcmp(scope, settings_store_scope_name(SETTINGS_GROUP)) == 0;

    out->rollout.kind = ROLLOUT_CONFIG;
    out->force = json_is_true(json_object_get(body, "force"));
    if (json_object_get(body, "image") != NULL)
        return err_set(err, ERR_INVALID, "\"image\" and \"config\" exclude each other");
    if (json_object_get(body, "all") != NULL || json_object_get(body, "filters") != NULL)
        return err_set(err, ERR_INVALID,
            "with \"config\", \"scope\" says which devices get it; \"all\" and \"filters\" do not "
            "go with it");
    if (!is_group && strcmp(scope, settings_store_scope_name(SETTINGS_FLEET)) != 0)
        return err_set(err, ERR_INVALID, "scope must be fleet or group");
    if (is_group != (group[0] != '\0') || strlen(group) >= sizeof patch->name)
        return err_set(err, ERR_INVALID,
            "\"group\" names a group if \"scope\" is \"group\", and is missing otherwise");
    patch->scope = is_group ? SETTINGS_GROUP : SETTINGS_FLEET;
    snprintf(patch->name, sizeof patch->name, "%s", group);
    return read_patch(body, patch, err);
}

static int read_body(const json_t *body, struct api_rollout_create *out, struct err *err)
{
    const char *name = text_of(body, "name", "");
    int rc;

    if (json_object_get(body, "name") == NULL)
        return err_set(err, ERR_INVALID, "the body lacks \"name\"");
    if (!rollout_text_is_name(name) || api_members_is_dots(name))
        return err_set(err, ERR_INVALID,
            "\"%.40s\" is no name of a rollout: 1 to %d letters, digits, '.', '_' or '-', "
            "not '.' or '..' alone",
            name, ROLLOUT_NAME_SIZE - 1);
    snprintf(out->rollout.name, sizeof out->rollout.name, "%s", name);
    out->all = json_is_true(json_object_get(body, "all"));
    out->dry_run = json_is_true(json_object_get(body, "dry_run"));
    rc = json_object_get(body, "config") != NULL ? read_config(body, out, err)
                                                 : read_image(body, out, err);
    if (rc == 0)
        rc = read_terms(body, &out->rollout.terms, err);
    return rc < 0 ? rc : api_filter_add_array(&out->filter, json_object_get(body, "filters"), err);
}

int api_rollout_create_decode(
    const uint8_t *p, size_t n, struct api_rollout_create *out, struct err *err)
{
    json_t *body;
    int rc = api_members_read(p, n, members, &body, err);

    if (rc < 0)
        return rc;
    rc = read_body(body, out, err);
    json_decref(body);
    return rc;
}

void api_rollout_create_clear(struct api_rollout_create *create)
{
    api_filter_clear(&create->filter);
}

// One phase with its devices.
static json_t *phase_json(
    const struct rollout_terms *terms, const struct rollout_created *created, int64_t phase)
{
    int64_t count = (int64_t)created->count;
    int64_t first = phase > 0 ? rollout_plan_bound(terms, phase - 1, count) : 0;
    int64_t end = rollout_plan_bound(terms, phase, count);
    json_t *object = json_object();
    json_t *macs = json_array();

    for (int64_t i = first; i < end; i++)
        api_json_append(&macs, json_string(created->members[i].mac));
    api_json_set(&object, "phase", json_integer(phase + 1));
    api_json_set(&object, "count", json_integer(end > first ? end - first : 0));
    api_json_set(&object, "macs", macs);
    return object;
}

static json_t *plan_json(
    const struct api_rollout_create *create, const struct rollout_created *created)
{
    const struct rollout_terms *terms = &create->rollout.terms;
    json_t *object = json_object();
    json_t *phases = json_array();

    for (int64_t i = 0; i < terms->phase_count; i++)
        api_json_append(&phases, phase_json(terms, created, i));
    api_json_set(&object, "name", json_string(create->rollout.name));
    api_rollouts_add_kind(&create->rollout, &object);
    api_json_set(&object, "publishes", json_boolean(created->is_published));
    api_json_set(&object, "met", json_integer(created->met));
    api_json_set(&object, "current", json_integer(created->current));
    api_json_set(&object, "foreign", json_integer(created->foreign));
    api_json_set(&object, "revoked", json_integer(created->revoked));
    api_json_set(&object, "off_channel", json_integer(created->off_channel));
    api_json_set(&object, "count", json_integer((json_int_t)created->count));
    api_json_set(&object, "canaries", json_integer(created->canaries));
    api_json_set(&object, "phases", phases);
    return object;
}

static int describe(
    const struct api *api, const struct rollout *rollout, json_t **out, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(api->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = api_rollouts_describe(connection, rollout, out, err);
    store_read_end(api->store, connection);
    return rc;
}

// What is asked for, once it is read.
static int create_or_plan(const struct api *api, const struct audit_author *by,
    struct api_rollout_create *create, json_t **out, struct err *err)
{
    struct device_filter filter = {.trees = create->filter.trees,
        .tree_count = create->filter.count,
        .now_ms = clock_now_ms()};
    struct rollout_create_wish wish = {&create->rollout, &filter, by, api->settings, create->force};
    struct rollout_created created = {0};
    int rc;

    if (create->dry_run) {
        rc = rollout_create_plan(api->store, api->release, &wish, &created, err);
        if (rc == 0)
            *out = plan_json(create, &created);
    } else {
        rc = rollout_create_run(api->release, &wish, &created, err);
        rollout_drive_wake(api->rollouts);
        if (rc == 0)
            rc = describe(api, &create->rollout, out, err);
    }
    rollout_creation_clear(&created);
    return rc;
}

// An api_once_describe.
static int describe_created(
    struct store_connection *connection, void *ctx, json_t **out, struct err *err)
{
    const struct api_rollout_create *create = ctx;

    return api_rollouts_describe(connection, &create->rollout, out, err);
}

void api_rollout_create_run(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    size_t n;
    const uint8_t *p = http_request_body(request, &n);
    struct api_rollout_create create = {.all = false};
    struct api_once_answer once = {201, describe_created, &create};
    struct audit_author by;
    struct err err = {0};
    json_t *answer = NULL;
    int rc = api_rollout_create_decode(p, n, &create, &err);

    api_once_answer_by(request, &once);
    api_author_of(request, &by);
    if (rc == 0)
        rc = create_or_plan(api, &by, &create, &answer, &err);
    api_rollout_create_clear(&create);
    if (rc < 0)
        api_json_refuse(response, &err);
    else
        api_json_send(response, create.dry_run ? 200 : 201, answer);
}
