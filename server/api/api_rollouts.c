// Rollouts: how they stand, and what an operator says to them.
#include "server/api/api_rollouts.h"

#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_settings.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/model/rollout_text.h"
#include "server/rollout/rollout_change.h"
#include "server/rollout/rollout_plan.h"
#include "server/rollout/rollout_wait.h"
#include "server/store/rollout_device_store.h"
#include "server/store/rollout_store.h"

#define DEVICES_MAX 1000 // that one answer shows

static json_t *time_json(int64_t time_ms)
{
    return time_ms != 0 ? json_integer(time_ms) : json_null();
}

static json_t *terms_json(const struct rollout_terms *terms)
{
    char phases[ROLLOUT_TEXT_PHASES_SIZE];
    char window[ROLLOUT_TEXT_WINDOW_SIZE];
    char failures[ROLLOUT_TEXT_AMOUNT_SIZE];
    json_t *object = json_object();

    rollout_text_write_phases(terms, phases);
    rollout_text_write_window(terms, window);
    rollout_text_write_amount(&terms->failures, failures);
    api_json_set(&object, "phases", json_string(phases));
    api_json_set(&object, "rate", json_integer(terms->rate));
    api_json_set(&object, "at_once", json_integer(terms->at_once));
    api_json_set(&object, "site", api_json_text(terms->site_prefix));
    api_json_set(&object, "per_site", json_integer(terms->site_size));
    api_json_set(&object, "start_ms", time_json(terms->start_ms));
    api_json_set(&object, "window", api_json_text(window));
    api_json_set(&object, "success", json_integer(terms->success));
    api_json_set(&object, "soak_s", json_integer(terms->soak_ms / 1000));
    api_json_set(&object, "failures", json_string(failures));
    api_json_set(&object, "timeout_s", json_integer(terms->timeout_ms / 1000));
    api_json_set(&object, "canaries_first", json_boolean(terms->canaries_first));
    return object;
}

static int add_count(const struct rollout_device_count *count, void *ctx)
{
    ((struct rollout_counts *)ctx)->stages[count->stage] += count->devices;
    return 0;
}

static int read_counts(struct store_connection *connection, const struct rollout *rollout,
    struct rollout_counts *out, struct err *err)
{
    const int64_t phases[2] = {0, rollout->phase};
    int rc;

    *out = (struct rollout_counts){.away = 0};
    rc = rollout_device_store_count(connection, rollout->id, add_count, out, err);
    return rc < 0
               ? rc
               : rollout_device_store_count_away(connection, rollout->id, phases, &out->away, err);
}

static json_t *counts_json(const struct rollout_counts *counts, int64_t total)
{
    const int64_t *stages = counts->stages;

    return json_pack("{sIsIsIsIsIsIsIsI}", "total", (json_int_t)total, "waiting",
        (json_int_t)stages[ROLLOUT_WAITING], "away", (json_int_t)counts->away, "downloading",
        (json_int_t)stages[ROLLOUT_DOWNLOADING], "installing",
        (json_int_t)stages[ROLLOUT_INSTALLING], "updated", (json_int_t)stages[ROLLOUT_UPDATED],
        "failed", (json_int_t)stages[ROLLOUT_FAILED], "left_out",
        (json_int_t)stages[ROLLOUT_LEFT_OUT]);
}

// Only who has devices that are still to begin waits.
static void add_wait(
    const struct rollout *rollout, const struct rollout_counts *counts, json_t **object)
{
    enum rollout_wait wait = ROLLOUT_WAIT_NONE;
    int64_t until_ms = 0;

    if (rollout->state == ROLLOUT_RUNNING && counts->stages[ROLLOUT_WAITING] > 0)
        wait = rollout_wait_find(&rollout->terms, clock_now_ms(), &until_ms);
    api_json_set(object, "waits_for", api_json_text(rollout_wait_name(wait)));
    api_json_set(object, "waits_until_ms", time_json(until_ms));
}

static json_t *patch_json(const struct rollout_patch *patch)
{
    json_t *object = json_object();

    api_json_set(&object, "scope",
        json_string(settings_store_scope_name((enum settings_scope)patch->scope)));
    api_json_set(&object, "name", api_json_text(patch->name));
    api_json_set(&object, "patch", api_settings_patch(patch->text));
    return object;
}

void api_rollouts_add_kind(const struct rollout *rollout, json_t **object)
{
    bool is_config = rollout->kind == ROLLOUT_CONFIG;

    api_json_set(object, "kind", json_string(rollout_kind_name(rollout->kind)));
    api_json_set(object, "image", api_json_text(rollout->image.text));
    api_json_set(object, "config", is_config ? patch_json(&rollout->patch) : json_null());
}

int api_rollouts_describe(struct store_connection *connection, const struct rollout *rollout,
    json_t **out, struct err *err)
{
    struct rollout_counts counts;
    int64_t total = 0;
    int64_t settled = 0;
    json_t *object = json_object();
    int rc = read_counts(connection, rollout, &counts, err);

    for (int i = 0; i < ROLLOUT_STAGE_COUNT; i++) {
        total += counts.stages[i];
        settled += i >= ROLLOUT_UPDATED ? counts.stages[i] : 0;
    }
    api_json_set(&object, "name", json_string(rollout->name));
    api_rollouts_add_kind(rollout, &object);
    api_json_set(&object, "state", json_string(rollout_state_name(rollout->state)));
    api_json_set(&object, "reason", api_json_text(rollout->reason));
    add_wait(rollout, &counts, &object);
    api_json_set(&object, "phase", json_integer(rollout->phase + 1));
    api_json_set(&object, "phases", json_integer(rollout->terms.phase_count));
    api_json_set(&object, "gated", json_boolean(rollout->is_gated));
    api_json_set(&object, "created_at_ms", json_integer(rollout->created_at_ms));
    api_json_set(&object, "ended_at_ms", time_json(rollout->ended_at_ms));
    api_json_set(&object, "soaks_until_ms",
        time_json(
            rollout->state == ROLLOUT_SOAKING ? rollout->soak_at_ms + rollout->terms.soak_ms : 0));
    api_json_set(&object, "estimated_end_ms",
        time_json(rollout_plan_end(rollout, total, settled, clock_now_ms())));
    api_json_set(&object, "devices", counts_json(&counts, total));
    api_json_set(&object, "terms", terms_json(&rollout->terms));
    if (rc == 0 && object == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for a rollout");
    if (rc < 0)
        json_decref(object);
    else
        *out = object;
    return rc;
}

json_t *api_rollouts_device(const struct rollout_device *device)
{
    json_t *object = json_object();

    api_json_set(&object, "mac", json_string(device->mac));
    api_json_set(&object, "phase", json_integer(device->phase + 1));
    api_json_set(&object, "stage", json_string(rollout_stage_name(device->stage)));
    api_json_set(&object, "site", api_json_text(device->site));
    api_json_set(&object, "reason", api_json_text(device->reason));
    api_json_set(&object, "command_id", time_json(device->command_id));
    api_json_set(&object, "began_at_ms", time_json(device->began_at_ms));
    api_json_set(&object, "ended_at_ms", time_json(device->ended_at_ms));
    return object;
}

static int append_device(const struct rollout_device *device, void *ctx)
{
    api_json_append(ctx, api_rollouts_device(device));
    return 0;
}

static int show(
    struct store_connection *connection, const char *name, json_t **out, struct err *err)
{
    struct rollout rollout;
    json_t *members = json_array();
    int rc = rollout_store_get(connection, name, &rollout, err);

    if (rc == 0)
        rc = rollout_device_store_each(
            connection, rollout.id, DEVICES_MAX, append_device, &members, err);
    if (rc == 0)
        rc = api_rollouts_describe(connection, &rollout, out, err);
    if (rc == 0)
        api_json_set(out, "members", members);
    else
        json_decref(members);
    return rc;
}

void api_rollouts_show(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    struct err err = {0};
    json_t *object = NULL;
    int rc = store_read_begin(api->store, &connection, &err);

    if (rc == 0) {
        rc = show(connection, http_request_segment(request, 0), &object, &err);
        store_read_end(api->store, connection);
    }
    if (rc == 0)
        api_json_send(response, 200, object);
    else
        api_json_refuse(response, &err);
}

// No device is to get what it brought any more. It does no harm if that is stored later.
static void refresh(const struct api *api)
{
    struct err err = {0};

    if (settings_watch_refresh(api->settings_watch, &err) < 0)
        log_warning("api", "rollout: %s", err.message);
}

static void change(const struct http_request *request, struct http_response *response,
    const struct api *api, enum rollout_change_verb verb)
{
    struct audit_author by;
    struct rollout_change_wish wish = {
        verb, http_request_segment(request, 0), NULL, &by, api->settings};
    struct rollout_changed changed;
    struct store_connection *connection;
    struct err err = {0};
    json_t *object = NULL;
    int rc;

    api_author_of(request, &by);
    rc = rollout_change_run(api->store, api->release, &wish, &changed, &err);
    rollout_drive_wake(api->rollouts);
    if (rc == 0 && verb == ROLLOUT_CHANGE_ABORT && changed.rollout.kind == ROLLOUT_CONFIG)
        refresh(api);
    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        rc = api_rollouts_describe(connection, &changed.rollout, &object, &err);
        store_read_end(api->store, connection);
    }
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    if (verb == ROLLOUT_CHANGE_RETRY)
        api_json_set(&object, "retried", json_integer(changed.count));
    api_json_send(response, 200, object);
}

void api_rollouts_pause(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    change(request, response, ctx, ROLLOUT_CHANGE_PAUSE);
}

void api_rollouts_resume(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    change(request, response, ctx, ROLLOUT_CHANGE_RESUME);
}

void api_rollouts_abort(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    change(request, response, ctx, ROLLOUT_CHANGE_ABORT);
}

void api_rollouts_retry(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    change(request, response, ctx, ROLLOUT_CHANGE_RETRY);
}

void api_rollouts_remove(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *name = http_request_segment(request, 0);
    struct audit_author by;
    struct err err = {0};

    api_author_of(request, &by);
    if (rollout_change_remove(api->store, name, &by, &err) < 0)
        api_json_refuse(response, &err);
    else
        api_json_send(response, 200, json_pack("{ss sb}", "name", name, "removed", 1));
}

struct state {
    int64_t running;
    json_t *paused;
};

static int note(const struct rollout *rollout, void *ctx)
{
    struct state *state = ctx;

    if (rollout->state == ROLLOUT_PAUSED)
        api_json_append(&state->paused,
            json_pack("{ss so}", "name", rollout->name, "reason", api_json_text(rollout->reason)));
    else
        state->running++;
    return 0;
}

int api_rollouts_state(struct store_connection *connection, json_t **out, struct err *err)
{
    struct state state = {0, json_array()};
    int rc = rollout_store_each_open(connection, note, &state, err);

    if (rc < 0) {
        json_decref(state.paused);
        return rc;
    }
    *out = json_object();
    api_json_set(out, "running", json_integer(state.running));
    api_json_set(out, "paused", state.paused);
    return 0;
}
