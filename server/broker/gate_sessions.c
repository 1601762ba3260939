// Whose client identifiers are, kept in a file.
#include "server/broker/gate_sessions.h"

#include <stdio.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/broker/gate_internal.h"
#include "server/broker/session_file.h"

#define DAY_MS INT64_C(86400000)
#define RETRY_MS 60000
#define SPARE_LINES 1000 // of those that count no more, beside as many as do

// FNV-1a. Never 0.
static uint64_t hash(const char *s)
{
    uint64_t value = UINT64_C(14695981039346656037);

    for (; *s != '\0'; s++)
        value = (value ^ (uint8_t)*s) * UINT64_C(1099511628211);
    return value != 0 ? value : 1;
}

static bool is_late(const struct gate *gate, const struct client *client, int64_t now_ms)
{
    return client->connections == 0 &&
           now_ms - client->seen_ms >= (int64_t)gate->limits.session_days * DAY_MS;
}

bool gate_sessions_is_held(const struct gate *gate, const struct client *holder)
{
    return !is_late(gate, holder, clock_system_ms()) &&
           !trust_is_device_revoked(gate->trust, holder->identity.mac);
}

// --- writing

static bool belongs(const struct gate *gate, const struct client *client)
{
    return client->client_id != NULL && client->is_saved &&
           !identity_is_told_by(&client->identity, client->client_id) &&
           !is_late(gate, client, clock_system_ms());
}

static struct session_record record_of(const struct gate *gate, const struct client *client)
{
    struct session_record record = {
        .seen_ms = client->connections > 0 ? clock_system_ms() : client->seen_ms,
        .client_id = client->client_id};

    snprintf(record.role, sizeof record.role, "%s",
        access_table_role_name(gate->table, client->identity.role));
    snprintf(record.name, sizeof record.name, "%s", client->identity.name);
    return record;
}

struct printing {
    const struct gate *gate;
    FILE *stream;
};

static void print_client(struct client *client, void *ctx)
{
    const struct printing *printing = ctx;
    struct session_record record;

    if (!belongs(printing->gate, client))
        return;
    record = record_of(printing->gate, client);
    session_record_print(&record, printing->stream);
}

static void print_clients(FILE *stream, const void *ctx)
{
    const struct gate *gate = ctx;

    client_table_each(gate->clients, print_client, &(struct printing){gate, stream});
}

static void mark_recorded(struct client *client, void *ctx)
{
    struct gate *gate = ctx;

    client->recorded = belongs(gate, client) ? hash(client->client_id) : 0;
    gate->file.lines += client->recorded != 0;
}

static void note_fault(struct gate *gate, const struct err *err)
{
    snprintf(gate->notes[GATE_NOTE_FILE], sizeof gate->notes[0],
        "plugin_opt_sessions: %s; until a minute after this is fixed, others may take over the "
        "client identifiers of waiting sessions when the broker restarts",
        err->message);
}

static int write_anew(struct gate *gate, struct err *err)
{
    int rc = session_file_replace(gate->file.path, print_clients, gate, err);

    gate->file.next_ms = clock_monotonic_ms() + (rc < 0 ? RETRY_MS : DAY_MS);
    if (rc < 0) {
        gate->file.is_behind = true;
        note_fault(gate, err);
        return rc;
    }
    if (gate->file.is_behind)
        snprintf(gate->notes[GATE_NOTE_FILE], sizeof gate->notes[0],
            "plugin_opt_sessions: %s can be written again", gate->file.path);
    gate->file.is_behind = false;
    gate->file.lines = 0;
    client_table_each(gate->clients, mark_recorded, gate);
    gate->file.kept = gate->file.lines;
    return 0;
}

static void forget_recorded(struct client *client, void *ctx)
{
    if (client->recorded == *(const uint64_t *)ctx)
        client->recorded = 0;
}

// Whoever had the identifier before is overwritten. To look at all is no more than what the sync of
// that line has cost.
static void be_recorded(struct gate *gate, struct client *client)
{
    uint64_t recorded = hash(client->client_id);

    client_table_each(gate->clients, forget_recorded, &recorded);
    client->recorded = recorded;
    gate->file.lines++;
}

void gate_sessions_keep(struct gate *gate, struct client *client)
{
    struct err err = {0};
    struct session_record record;

    if (gate->file.path == NULL || gate->file.is_behind) // then the next round has all
        return;
    if (!belongs(gate, client) || client->recorded == hash(client->client_id))
        return;
    record = record_of(gate, client);
    if (gate->file.lines < 2 * gate->file.kept + SPARE_LINES &&
        session_file_append(gate->file.path, &record, &err) == 0) {
        be_recorded(gate, client);
        return;
    }
    if (write_anew(gate, &err) < 0)
        return; // and noted
}

// A time that lies ahead, by a clock that was wrong, would keep an identifier for as long.
static void be_seen_now(struct client *client, void *ctx)
{
    const int64_t *now_ms = ctx;

    if (client->seen_ms > *now_ms)
        client->seen_ms = *now_ms;
}

void gate_sessions_round(struct gate *gate)
{
    struct err err = {0};
    int64_t now_ms = clock_system_ms();

    if (gate->file.path == NULL || clock_monotonic_ms() < gate->file.next_ms)
        return;
    // Not at the start, when the clock may not have been set yet.
    if (!gate->file.is_behind)
        client_table_each(gate->clients, be_seen_now, &now_ms);
    if (write_anew(gate, &err) < 0)
        return; // and noted
}

// --- start and end

static void take_in(const struct session_record *record, void *ctx)
{
    struct gate *gate = ctx;
    struct identity identity;
    struct client *client;
    struct client *holder = client_table_find_client_id(gate->clients, record->client_id);

    if (!identity_from_note(record->name, record->role, gate->table, gate->daemon, &identity) ||
        identity_check_client_id(&identity, record->client_id, gate->table, gate->daemon, NULL) < 0)
        return; // by other rules: who would be refused now holds nothing
    if (client_table_get(gate->clients, &identity, &client) < 0)
        return;
    if (holder != NULL && holder != client)
        client_table_unbind(gate->clients, holder);
    client->keeps_session = true;
    client->is_saved = true;
    client->is_out = true; // until it comes
    client->seen_ms = record->seen_ms;
    if (client_table_bind(gate->clients, client, record->client_id) < 0)
        client_table_unbind(gate->clients, client);
}

int gate_sessions_open(struct gate *gate, const char *path, struct err *err)
{
    struct session_file_content content;
    struct err fault = {0};
    int rc;

    if (path == NULL)
        return 0;
    if (session_file_read(path, take_in, gate, &content, &fault) < 0) {
        // It is left as it is: it may be mended, or somebody else's.
        note_fault(gate, &fault);
        return 0;
    }
    gate->file.path = path;
    file_sweep(path);
    rc = write_anew(gate, &fault);
    if (rc == ERR_NOT_FOUND || rc == ERR_DENIED) {
        err_set(err, rc, "plugin_opt_sessions: %s", fault.message);
        gate->file.path = NULL;
        return rc;
    }
    if (rc == 0 && content.bad_count > 0)
        snprintf(gate->notes[GATE_NOTE_FILE], sizeof gate->notes[0],
            "plugin_opt_sessions: %s: left out line %zu, which is damaged, and %zu others", path,
            content.first_bad, content.bad_count - 1);
    return 0;
}

void gate_sessions_close(struct gate *gate)
{
    struct err err = {0};

    bool is_due = gate->file.path != NULL && (gate->file.lines > 0 || gate->file.is_behind);

    if (is_due && write_anew(gate, &err) < 0)
        gate->effects->note(gate->notes[GATE_NOTE_FILE], gate->ctx);
}
