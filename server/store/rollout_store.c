// Rollouts in the database.
#include "server/store/rollout_store.h"

#include <stdio.h>
#include <string.h>

#include "server/model/rollout_text.h"
#include "server/store/device_rows.h"
#include "server/store/statement.h"

// The numbers of the enums stand in the texts here and in the indexes.
_Static_assert(ROLLOUT_IMAGE == 0 && ROLLOUT_CONFIG == 1, "the kinds are stored as these numbers");
_Static_assert(ROLLOUT_RUNNING == 0 && ROLLOUT_SOAKING == 1 && ROLLOUT_PAUSED == 2 &&
                   ROLLOUT_DONE == 3 && ROLLOUT_ABORTED == 4,
    "the states are stored as these numbers");
_Static_assert(ROLLOUT_DOWNLOADING == 1 && ROLLOUT_INSTALLING == 2 && ROLLOUT_UPDATED == 3,
    "the stages are stored as these numbers");

#define TERMS                                                                                      \
    "phases, rate, at_once, site_size, site_prefix, start_ms, time_window, success, soak_ms,"      \
    " failures, timeout_ms, canaries_first"
#define COLUMNS                                                                                    \
    "id, name, image, state, phase, soak_at_ms, forgiven, gated, reason, created_at_ms,"           \
    " ended_at_ms, kind, scope, scope_name, patch, set_by, " TERMS

// Ids go by the clock, so that none comes back once its rollout is removed: what looks at health
// keeps them in memory.
static const char insert[] = "INSERT INTO rollouts (id, name, image, state, phase, soak_at_ms,"
                             " forgiven, gated, reason, created_at_ms, ended_at_ms, kind, scope,"
                             " scope_name, patch, set_by, " TERMS ")"
                             " SELECT CASE WHEN m.id < ?9 THEN ?9 ELSE m.id + 1 END, ?1, ?2, ?3, "
                             "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
                             " ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27"
                             " FROM (SELECT coalesce(max(id), 0) AS id FROM rollouts) AS m"
                             " WHERE true RETURNING id";

static const char update[] =
    "UPDATE rollouts SET state = ?2, phase = ?3, soak_at_ms = ?4, forgiven = ?5, gated = ?6,"
    " reason = ?7, ended_at_ms = ?8 WHERE id = ?1";

static const char select_one[] = "SELECT " COLUMNS " FROM rollouts WHERE name = ?1";
static const char select_open[] = "SELECT " COLUMNS " FROM rollouts WHERE state < 3 ORDER BY id";

static const char select_page[] =
    "SELECT " COLUMNS " FROM rollouts WHERE id < ?1 ORDER BY id DESC LIMIT ?2";

static const char select_uses[] = "SELECT image, name, state, gated FROM rollouts"
                                  " WHERE kind = 0 AND (gated = 1 OR state < 3)"
                                  " ORDER BY id DESC";

static const char remove_one[] = "DELETE FROM rollouts WHERE id = ?1";

static const char select_reached[] = "SELECT EXISTS (" ROLLOUT_STORE_REACHED("?1") "?2)";

static const char lift_gates[] =
    "UPDATE rollouts SET gated = 0 WHERE image = ?1 AND gated = 1 AND state >= 3";

static void bind_terms(struct statement *s, const struct rollout_terms *terms, char *texts)
{
    char *phases = texts;
    char *window = phases + ROLLOUT_TEXT_PHASES_SIZE;
    char *failures = window + ROLLOUT_TEXT_WINDOW_SIZE;

    rollout_text_write_phases(terms, phases);
    rollout_text_write_window(terms, window);
    rollout_text_write_amount(&terms->failures, failures);
    statement_bind_text(s, phases);
    statement_bind_int(s, terms->rate);
    statement_bind_int(s, terms->at_once);
    statement_bind_int(s, terms->site_size);
    statement_bind_text(s, terms->site_prefix);
    statement_bind_int(s, terms->start_ms);
    statement_bind_text(s, window);
    statement_bind_int(s, terms->success);
    statement_bind_int(s, terms->soak_ms);
    statement_bind_text(s, failures);
    statement_bind_int(s, terms->timeout_ms);
    statement_bind_int(s, terms->canaries_first);
}

static void bind_patch(struct statement *s, const struct rollout *rollout)
{
    statement_bind_int(s, rollout->kind);
    statement_bind_int(s, rollout->patch.scope);
    statement_bind_text(s, rollout->patch.name);
    statement_bind_text(s, rollout->patch.text);
    statement_bind_text(s, rollout->patch.by);
}

int rollout_store_add(struct store_connection *connection, struct rollout *rollout, struct err *err)
{
    char texts[ROLLOUT_TEXT_PHASES_SIZE + ROLLOUT_TEXT_WINDOW_SIZE + ROLLOUT_TEXT_AMOUNT_SIZE];
    struct rollout old;
    struct statement s;
    int rc = rollout_store_get(connection, rollout->name, &old, NULL);

    if (rc != ERR_NOT_FOUND)
        return rc < 0 ? err_set(err, rc, "rollouts cannot be read")
                      : err_set(err, ERR_CONFLICT,
                            "there is a rollout %s already; choose another name", rollout->name);
    statement_open(&s, connection, insert);
    statement_bind_text(&s, rollout->name);
    statement_bind_text(&s, rollout->image.text);
    statement_bind_int(&s, rollout->state);
    statement_bind_int(&s, rollout->phase);
    statement_bind_int(&s, rollout->soak_at_ms);
    statement_bind_int(&s, rollout->forgiven);
    statement_bind_int(&s, rollout->is_gated);
    statement_bind_text(&s, rollout->reason);
    statement_bind_int(&s, rollout->created_at_ms);
    statement_bind_int(&s, rollout->ended_at_ms);
    bind_patch(&s, rollout);
    bind_terms(&s, &rollout->terms, texts);
    rc = statement_step(&s, err);
    if (rc > 0)
        rollout->id = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

static int read_terms(struct statement *s, int column, struct rollout_terms *out)
{
    char phases[ROLLOUT_TEXT_PHASES_SIZE];
    char window[ROLLOUT_TEXT_WINDOW_SIZE];
    char failures[ROLLOUT_TEXT_AMOUNT_SIZE];

    statement_text(s, column, phases, sizeof phases);
    out->rate = statement_int(s, column + 1);
    out->at_once = statement_int(s, column + 2);
    out->site_size = statement_int(s, column + 3);
    statement_text(s, column + 4, out->site_prefix, sizeof out->site_prefix);
    out->start_ms = statement_int(s, column + 5);
    statement_text(s, column + 6, window, sizeof window);
    out->success = statement_int(s, column + 7);
    out->soak_ms = statement_int(s, column + 8);
    statement_text(s, column + 9, failures, sizeof failures);
    out->timeout_ms = statement_int(s, column + 10);
    out->canaries_first = statement_int(s, column + 11) != 0;
    return rollout_text_read_phases(phases, out) && rollout_text_read_window(window, out) &&
                   rollout_text_read_amount(failures, &out->failures)
               ? 0
               : ERR_IO;
}

static void read_patch(struct statement *s, int column, struct rollout *out)
{
    out->kind = (enum rollout_kind)statement_int(s, column);
    out->patch.scope = (int)statement_int(s, column + 1);
    statement_text(s, column + 2, out->patch.name, sizeof out->patch.name);
    statement_text(s, column + 3, out->patch.text, sizeof out->patch.text);
    statement_text(s, column + 4, out->patch.by, sizeof out->patch.by);
}

static int read_row(struct statement *s, struct rollout *out, struct err *err)
{
    char image[IMAGE_NAME_SIZE];
    bool is_named;

    memset(out, 0, sizeof *out);
    out->id = statement_int(s, 0);
    statement_text(s, 1, out->name, sizeof out->name);
    statement_text(s, 2, image, sizeof image);
    out->state = (enum rollout_state)statement_int(s, 3);
    out->phase = statement_int(s, 4);
    out->soak_at_ms = statement_int(s, 5);
    out->forgiven = statement_int(s, 6);
    out->is_gated = statement_int(s, 7) != 0;
    statement_text(s, 8, out->reason, sizeof out->reason);
    out->created_at_ms = statement_int(s, 9);
    out->ended_at_ms = statement_int(s, 10);
    read_patch(s, 11, out);
    is_named = out->kind == ROLLOUT_CONFIG || image_name_parse(image, strlen(image), &out->image);
    if (!is_named || read_terms(s, 16, &out->terms) < 0)
        return err_set(err, ERR_IO, "rollout %s cannot be read", out->name);
    return 0;
}

int rollout_store_get(
    struct store_connection *connection, const char *name, struct rollout *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_one);
    statement_bind_text(&s, name);

    int rc = statement_step(&s, err);

    if (rc > 0)
        rc = read_row(&s, out, err) < 0 ? ERR_IO : 1;
    statement_close(&s);
    if (rc == 0)
        return err_set(
            err, ERR_NOT_FOUND, "no rollout %.40s; 'secureesp rollouts list' shows them", name);
    return rc < 0 ? rc : 0;
}

int rollout_store_update(
    struct store_connection *connection, const struct rollout *rollout, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, update);
    statement_bind_int(&s, rollout->id);
    statement_bind_int(&s, rollout->state);
    statement_bind_int(&s, rollout->phase);
    statement_bind_int(&s, rollout->soak_at_ms);
    statement_bind_int(&s, rollout->forgiven);
    statement_bind_int(&s, rollout->is_gated);
    statement_bind_text(&s, rollout->reason);
    statement_bind_int(&s, rollout->ended_at_ms);
    return statement_run(&s, err);
}

static int each_of(struct statement *s, int (*each)(const struct rollout *rollout, void *ctx),
    void *ctx, struct err *err)
{
    struct rollout rollout;
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        rc = read_row(s, &rollout, err);
        if (rc == 0)
            rc = each(&rollout, ctx);
    }
    return rc;
}

int rollout_store_page(struct store_connection *connection, const int64_t before_limit[2],
    int (*each)(const struct rollout *rollout, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_page);
    statement_bind_int(&s, before_limit[0]);
    statement_bind_int(&s, before_limit[1]);
    return each_of(&s, each, ctx, err);
}

int rollout_store_each_open(struct store_connection *connection,
    int (*each)(const struct rollout *rollout, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_open);
    return each_of(&s, each, ctx, err);
}

int rollout_store_each_use(struct store_connection *connection,
    int (*each)(const struct rollout_use *use, void *ctx), void *ctx, struct err *err)
{
    char image[IMAGE_NAME_SIZE];
    char name[ROLLOUT_NAME_SIZE];
    struct rollout_use use = {.image = image, .name = name};
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_uses);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, image, sizeof image);
        statement_text(&s, 1, name, sizeof name);
        use.state = (enum rollout_state)statement_int(&s, 2);
        use.is_gated = statement_int(&s, 3) != 0;
        rc = each(&use, ctx);
    }
    return rc;
}

int rollout_store_is_reached(
    struct store_connection *connection, const char *image, const char *mac, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, select_reached, mac, err);

    if (rc < 0)
        return rc;
    statement_bind_text(&s, image);
    rc = statement_step(&s, err);
    if (rc > 0)
        rc = statement_int(&s, 0) != 0;
    statement_close(&s);
    return rc;
}

int rollout_store_lift_gates(
    struct store_connection *connection, const char *image, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, lift_gates);
    statement_bind_text(&s, image);
    return statement_run(&s, err);
}

int rollout_store_remove(
    struct store_connection *connection, const struct rollout *rollout, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, remove_one);
    statement_bind_int(&s, rollout->id);
    return statement_run(&s, err);
}
