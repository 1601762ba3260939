// Takes back what was decided and is not signed.
#include "server/enrol/enrol_undo.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/store/enrolment_store.h"
#include "server/store/enrolment_window_store.h"

// Whether nobody has decided otherwise since.
static bool is_unchanged(const struct enrolment *now, const struct enrolment *then)
{
    return now->state == then->state && strcmp(now->key_sha256, then->key_sha256) == 0 &&
           now->decided_at_ms == then->decided_at_ms &&
           strcmp(now->decided_by, then->decided_by) == 0;
}

static void note(const struct enrol_undo *it, struct enrolment *row)
{
    snprintf(row->trouble, sizeof row->trouble, "%s", it->reason);
    row->trouble_at_ms = clock_now_ms();
}

// One more may be let in, by the same window.
static int give_place_back(
    struct store_connection *connection, const struct enrol_judge *judge, struct err *err)
{
    struct enrolment_window window;
    int rc = enrolment_window_store_get(connection, &window, err);

    if (rc < 0 || judge->window_at_ms == 0 || window.decided_at_ms != judge->window_at_ms ||
        window.let_in == 0)
        return rc;
    window.let_in--;
    return enrolment_window_store_put(connection, &window, err);
}

static int put_back(struct store_connection *connection, const struct enrol_undo *it,
    const struct enrolment *now, struct err *err)
{
    struct enrolment row = it->judge->before;

    if (row.mac[0] == '\0') // whoever has a claim certificate could fill the database with such
        return enrolment_store_remove(connection, now->mac, err);
    row.first_asked_ms = now->first_asked_ms;
    row.last_asked_ms = now->last_asked_ms;
    row.tries = now->tries;
    note(it, &row);
    return enrolment_store_put(connection, &row, err);
}

int enrol_undo_run(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct enrol_undo *it = ctx;
    struct enrolment now;
    int rc = enrolment_store_get(connection, it->judge->mac, &now, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (it->judge->own[0] == '\0' && is_unchanged(&now, &it->judge->after)) {
        rc = put_back(connection, it, &now, err);
        return rc < 0 ? rc : give_place_back(connection, it->judge, err);
    }
    note(it, &now);
    return enrolment_store_put(connection, &now, err);
}
