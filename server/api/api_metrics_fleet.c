// The fleet as metrics.
#include "server/api/api_metrics_fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/alert/alert_kind.h"
#include "server/base/clock.h"
#include "server/model/enrolment.h"
#include "server/store/alert_store.h"
#include "server/store/enrolment_store.h"
#include "server/store/enrolment_window_store.h"
#include "server/store/metrics_store.h"

static const struct metrics_family devices = {"secureesp_devices", METRICS_GAUGE,
    "Devices that have reported, by board, running image and state."};
static const struct metrics_family commands = {
    "secureesp_commands_open", METRICS_GAUGE, "Commands that have not ended, by state."};
static const struct metrics_family images = {"secureesp_images", METRICS_GAUGE, "Images by state."};
static const struct metrics_family rollouts = {
    "secureesp_rollouts", METRICS_GAUGE, "Rollouts by state."};
static const struct metrics_family stages = {"secureesp_rollout_devices", METRICS_GAUGE,
    "Devices of the rollouts that have not ended, by what has become of them."};
static const struct metrics_family enrolments = {
    "secureesp_enrolments", METRICS_GAUGE, "Devices on their way to a certificate, by state."};
static const struct metrics_family window = {"secureesp_enrolment_window_open", METRICS_GAUGE,
    "Whether every device that asks gets a certificate now."};
static const struct metrics_family alerts = {
    "secureesp_alerts", METRICS_GAUGE, "Alerts that go on, by kind."};
static const struct metrics_family messages = {
    "secureesp_webhook_queued_messages", METRICS_GAUGE, "Messages that wait for webhooks."};
static const struct metrics_family events = {"secureesp_events_total", METRICS_COUNTER,
    "Events in the history of devices since the daemon started, by kind."};
static const struct metrics_family ended = {"secureesp_commands_ended_total", METRICS_COUNTER,
    "Commands that have ended since the daemon started, by command and result."};

// --- devices

struct row {
    char image[IMAGE_NAME_SIZE];
    int64_t online, offline, revoked;
};

// The last one is for all images that came when the others were taken: devices say what they run,
// and must not make as many series as they like.
#define ROWS_MAX 500
#define OTHER "other"

struct rows {
    size_t count;
    struct row p[ROWS_MAX];
};

// The row of an image; they come in order, the revoked ones a second time.
static struct row *find_row(struct rows *rows, const char *image)
{
    for (size_t i = rows->count; i > 0; i--) {
        if (strcmp(rows->p[i - 1].image, image) == 0)
            return &rows->p[i - 1];
    }
    if (rows->count == ROWS_MAX)
        return &rows->p[ROWS_MAX - 1];

    struct row *row = &rows->p[rows->count++];

    snprintf(row->image, sizeof row->image, "%s", rows->count < ROWS_MAX ? image : OTHER);
    return row;
}

static int note_devices(const struct metrics_store_devices *some, void *ctx)
{
    struct row *row = find_row(ctx, some->image);

    *(some->online ? &row->online : &row->offline) += some->count;
    return 0;
}

// These are not counted as what they are besides.
static int note_revoked(const struct metrics_store_devices *some, void *ctx)
{
    struct row *row = find_row(ctx, some->image);

    *(some->online ? &row->online : &row->offline) -= some->count;
    row->revoked += some->count;
    return 0;
}

static void write_row(const struct row *row, struct metrics_text *text)
{
    const struct {
        const char *name;
        int64_t count;
    } states[] = {{"online", row->online}, {"offline", row->offline}, {"revoked", row->revoked}};
    struct image_name name;
    bool is_named = image_name_parse(row->image, strlen(row->image), &name);

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct metrics_label labels[] = {{"board", is_named ? name.board : ""},
            {"image", row->image}, {"state", states[i].name}, {0}};

        metrics_text_add(text, labels, states[i].count);
    }
}

static int write_devices(
    struct store_connection *connection, struct metrics_text *text, struct err *err)
{
    struct rows *rows = calloc(1, sizeof *rows);

    if (rows == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the metrics");

    int rc = metrics_store_each_image(connection, note_devices, rows, err);

    if (rc == 0)
        rc = metrics_store_each_revoked(connection, note_revoked, rows, err);
    if (rc == 0)
        metrics_text_begin(text, &devices);
    for (size_t i = 0; rc == 0 && i < rows->count; i++)
        write_row(&rows->p[i], text);
    free(rows);
    return rc;
}

// --- what there are few of

static void write_state(struct metrics_text *text, const char *state, int64_t count)
{
    struct metrics_label labels[] = {{"state", state}, {0}};

    metrics_text_add(text, labels, count);
}

static int write_counts(
    struct store_connection *connection, struct metrics_text *text, struct err *err)
{
    struct metrics_store_counts counts;
    int rc = metrics_store_count(connection, &counts, err);

    if (rc < 0)
        return rc;
    metrics_text_begin(text, &commands);
    for (int i = 0; i < COMMAND_STATE_COUNT; i++) {
        if (!command_state_is_end((enum command_state)i))
            write_state(text, command_state_name((enum command_state)i), counts.commands[i]);
    }
    metrics_text_begin(text, &images);
    for (int i = 0; i < IMAGE_STATE_COUNT; i++)
        write_state(text, image_state_name((enum image_state)i), counts.images[i]);
    metrics_text_begin(text, &rollouts);
    for (int i = 0; i < ROLLOUT_STATE_COUNT; i++)
        write_state(text, rollout_state_name((enum rollout_state)i), counts.rollouts[i]);
    metrics_text_put(text, &messages, counts.messages);
    return 0;
}

static int write_enrolments(
    struct store_connection *connection, struct metrics_text *text, struct err *err)
{
    int64_t counts[ENROLMENT_STATE_COUNT] = {0};
    struct enrolment_window open;
    int rc = enrolment_store_count(connection, counts, err);

    if (rc == 0)
        rc = enrolment_window_store_get(connection, &open, err);
    if (rc < 0)
        return rc;
    metrics_text_begin(text, &enrolments);
    for (int i = 0; i < ENROLMENT_STATE_COUNT; i++)
        write_state(text, enrolment_state_name((enum enrolment_state)i), counts[i]);
    metrics_text_put(text, &window, enrolment_window_store_has_room(&open, clock_now_ms()));
    return 0;
}

#define ALERT_KINDS_MAX 32

static int count_alert(const struct alert *alert, void *ctx)
{
    int64_t *counts = ctx;
    const struct alert_kind *kind;

    for (size_t i = 0; (kind = alert_kind_at(i)) != NULL && i < ALERT_KINDS_MAX; i++)
        counts[i] += strcmp(kind->name, alert->kind) == 0;
    return 0;
}

// Not those that the database never has: its own fault has another series, and a test goes by.
static int write_alerts(
    struct store_connection *connection, struct metrics_text *text, struct err *err)
{
    int64_t counts[ALERT_KINDS_MAX] = {0};
    const struct alert_kind *kind;
    int rc = alert_store_each(connection, count_alert, counts, err);

    if (rc < 0)
        return rc;
    metrics_text_begin(text, &alerts);
    for (size_t i = 0; (kind = alert_kind_at(i)) != NULL && i < ALERT_KINDS_MAX; i++) {
        struct metrics_label labels[] = {{"kind", kind->name}, {0}};

        if (strcmp(kind->name, ALERT_KIND_DATABASE_FAULT) != 0 &&
            strcmp(kind->name, ALERT_KIND_TEST) != 0)
            metrics_text_add(text, labels, counts[i]);
    }
    return 0;
}

static int write_stage(const struct metrics_store_stage *stage, void *ctx)
{
    struct metrics_label labels[] = {{"rollout", stage->rollout}, {"image", stage->image},
        {"stage", rollout_stage_name(stage->stage)}, {0}};

    metrics_text_add(ctx, labels, stage->count);
    return 0;
}

int api_metrics_fleet_write(
    struct store_connection *connection, struct metrics_text *text, struct err *err)
{
    struct metrics_store_stage_visitor visitor = {write_stage, text};
    int rc = write_devices(connection, text, err);

    if (rc == 0)
        rc = write_counts(connection, text, err);
    if (rc == 0)
        rc = write_enrolments(connection, text, err);
    if (rc == 0)
        rc = write_alerts(connection, text, err);
    if (rc < 0)
        return rc;
    metrics_text_begin(text, &stages);
    return metrics_store_each_stage(connection, &visitor, err);
}

// --- what has happened

static void write_event(const char *kind, int64_t count, void *ctx)
{
    struct metrics_label labels[] = {{"kind", kind}, {0}};
    struct metrics_text *text = ctx;

    if (text->family != &events)
        metrics_text_begin(text, &events);
    metrics_text_add(text, labels, count);
}

static void write_ended(const char *command, const char *result, int64_t count, void *ctx)
{
    struct metrics_label labels[] = {{"command", command}, {"result", result}, {0}};
    struct metrics_text *text = ctx;

    if (text->family != &ended)
        metrics_text_begin(text, &ended);
    metrics_text_add(text, labels, count);
}

int api_metrics_fleet_write_tally(
    struct metrics_tally *tally, struct metrics_text *text, struct err *err)
{
    struct metrics_tally_visitor visitor = {write_event, write_ended, text};

    return metrics_tally_read(tally, &visitor, err);
}
