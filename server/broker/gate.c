// Who is let in at the broker.
#include "server/broker/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/broker/client_bounds.h"
#include "server/broker/gate_internal.h"
#include "server/broker/gate_sessions.h"
#include "server/broker/gate_traffic.h"
#include "server/pki/certificate.h"

int gate_new(const struct gate_config *config, const struct gate_effects *effects, void *ctx,
    struct gate **out, struct err *err)
{
    struct gate *gate = calloc(1, sizeof *gate);
    int rc;

    if (gate == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the gate");
    gate->table = config->table;
    gate->limits = config->limits;
    gate->daemon = config->daemon;
    gate->effects = effects;
    gate->ctx = ctx;
    rc = client_table_new(&gate->clients) < 0 || control_meter_table_new(&gate->meters) < 0
             ? err_set(err, ERR_NO_MEMORY, "no memory for the clients")
             : trust_new(config->ca_file, config->revocations, &gate->trust, err);
    if (rc == 0)
        rc = gate_sessions_open(gate, config->sessions, err);
    if (rc < 0) {
        gate_free(gate);
        return rc;
    }
    *out = gate;
    return 0;
}

void gate_free(struct gate *gate)
{
    if (gate == NULL)
        return;
    gate_meet_clear(gate);
    gate_sessions_close(gate);
    trust_free(gate->trust);
    client_table_free(gate->clients);
    control_meter_table_free(gate->meters);
    free(gate);
}

// --- files

// A certificate that is no longer good takes its connection with it.
static void judge_again(struct client *client, void *ctx)
{
    struct gate *gate = ctx;
    int64_t now_s = clock_system_ms() / 1000;

    if (client->is_out && client->connections == 0)
        return;

    bool is_revoked =
        trust_is_revoked(gate->trust, client->serial, client->identity.mac, client->begins_ms);
    bool is_late = now_s < client->not_before_ms / 1000 || now_s >= client->not_after_ms / 1000;

    if (!is_revoked && !is_late && trust_has_ca(gate->trust, client->ca))
        return;
    client->is_out = true;
    client->end_connections = true;
    client->end_silently = is_revoked;
    client_table_wait(gate->clients, client);
}

static void sweep(struct gate *gate, int64_t now_ms)
{
    gate->next_sweep_ms = now_ms + 1000;
    client_table_each(gate->clients, judge_again, gate);
}

int64_t gate_refresh(struct gate *gate)
{
    struct err err; // written with the changes that are bad; for each message it is not cleared
    int64_t now_ms = clock_monotonic_ms();
    unsigned changes = trust_refresh(gate->trust, now_ms, &err);

    if ((changes & (TRUST_CA_BAD | TRUST_LIST_BAD)) != 0)
        snprintf(gate->notes[GATE_NOTE_TRUST], sizeof gate->notes[0], "%s; %s", err.message,
            (changes & TRUST_LIST_BAD) != 0 && !trust_has_list(gate->trust)
                ? "until there is a good one, only the daemon is let in"
                : "what was read before stays in use");
    if ((changes & TRUST_CA) != 0)
        snprintf(gate->notes[GATE_NOTE_CA], sizeof gate->notes[0], "the changed CA file is in use");
    if ((changes & (TRUST_LIST | TRUST_LIST_BAD)) != 0) {
        gate->list_is_due = true;
        snprintf(gate->list_error, sizeof gate->list_error, "%s",
            (changes & TRUST_LIST_BAD) != 0 ? err.message : "");
    }
    if (changes != 0 || now_ms >= gate->next_sweep_ms)
        sweep(gate, now_ms);
    if ((changes & TRUST_LIST) != 0)
        gate->list_left = client_table_count_waiting(gate->clients);
    return now_ms;
}

// --- who connects

// A certificate that is no good: whose it says that it is.
static int deny_certificate(
    const uint8_t *der, size_t n, int rc, const struct err *why, struct err *err)
{
    struct certificate *certificate;
    struct certificate_facts facts = {.common_name = "somebody"};

    if (certificate_from_der(der, n, &certificate, NULL) == 0) {
        if (certificate_facts_of(certificate, &facts, NULL) < 0)
            snprintf(facts.common_name, sizeof facts.common_name, "somebody");
        certificate_free(certificate);
    }
    err_set(err, rc, "%s: %s; issue another, with the CA of plugin_opt_cafile (secureesp pki)",
        facts.common_name, why->message);
    return rc;
}

// A certificate that is good now, of somebody with a role who is not shut out.
static int identify(struct gate *gate, const uint8_t *der, size_t n,
    struct certificate_facts *facts, struct identity *identity, struct err *err)
{
    struct err why = {0};
    int rc = trust_judge(gate->trust, der, n, facts, &why);

    if (rc < 0)
        return deny_certificate(der, n, rc, &why, err);
    rc = identity_from_certificate(facts, gate->table, gate->daemon, identity, err);
    if (rc < 0) {
        err_context(err, "%s", facts->common_name);
        return rc;
    }
    if (trust_is_revoked(gate->trust, facts->serial, identity->mac, facts->begins_ms))
        return err_set(err, ERR_DENIED,
            "%s is revoked (serial %s); to let it in again, see secureesp devices readmit, or "
            "issue another certificate",
            identity->name, facts->serial);
    if (!trust_has_list(gate->trust) && identity->role != ACCESS_TABLE_DAEMON)
        return err_set(err, ERR_UNAVAILABLE,
            "%s has to wait for the list of revoked clients; start secureespd, which writes it to "
            "plugin_opt_revocations",
            identity->name);
    return 0;
}

static int refuse(struct gate *gate, struct client *client, const char *reason, struct err *err)
{
    client->dropped.connections++;
    client_bounds_drop(&gate->limits, client, clock_monotonic_ms(), reason);
    client_table_wait(gate->clients, client);
    return err_set(err, ERR_DENIED,
        "%s: too much (%s); look at what it does, and if that is right, raise the plugin_opt_ of "
        "that name",
        client->identity.name, reason);
}

// Whether another identifier takes the place of the one before, whose connection ends then. Only
// one can be waiting for that.
static bool replace_session(struct client *client, const char *client_id)
{
    if (client->client_id == NULL || strcmp(client->client_id, client_id) == 0)
        return true;
    // It has not been here since the broker started, which would end a session that it has read
    // from its file once more, and use its memory after that.
    if (client->serial[0] == '\0')
        return true;
    if (client->end_client_id != NULL && strcmp(client->end_client_id, client_id) != 0)
        return false;
    free(client->end_client_id);
    client->end_client_id = strdup(client->client_id);
    return client->end_client_id != NULL;
}

// What a session that outlives its connection costs: memory, and a line of a file.
static const char *bound_identifier(
    struct gate *gate, struct client *client, const struct gate_connect *connect)
{
    bool is_new = client->client_id == NULL || !client->keeps_session ||
                  strcmp(client->client_id, connect->client_id) != 0;

    if (!is_new || !connect->keeps_session ||
        strcmp(connect->client_id, client->identity.name) == 0 ||
        access_table_is_unbounded(gate->table, client->identity.role))
        return NULL;
    return client_bounds_identifier(&gate->limits, client, clock_monotonic_ms());
}

static int deny_identifier(
    const struct client *client, const struct client *holder, struct err *err)
{
    return err_set(err, ERR_DENIED,
        "%s: its client identifier '%.64s' is in use by %s, %s: give each sketch one of its own, "
        "with its MAC in it, or shut %s out if it is gone for good (secureesp devices revoke)",
        client->identity.name, holder->client_id, holder->identity.name,
        holder->connections > 0 ? "which is connected" : "whose session waits for it",
        holder->identity.name);
}

static int take_identifier(
    struct gate *gate, struct client *client, const struct gate_connect *connect, struct err *err)
{
    const char *client_id = connect->client_id;
    struct client *holder = client_table_find_client_id(gate->clients, client_id);
    const char *reason;

    if (holder != NULL && holder != client && strcmp(client_id, client->identity.name) != 0 &&
        gate_sessions_is_held(gate, holder))
        return deny_identifier(client, holder, err);
    reason = bound_identifier(gate, client, connect);
    if (reason != NULL)
        return refuse(gate, client, reason, err);
    if (!replace_session(client, client_id))
        return refuse(gate, client, "connections-per-minute", err);
    // Its own name, which somebody else had taken, or what somebody holds no more.
    if (holder != NULL && holder != client) {
        holder->end_connections = true;
        client_table_wait(gate->clients, holder);
        client_table_unbind(gate->clients, holder);
    }
    if (client_table_bind(gate->clients, client, client_id) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for a client identifier");
    return 0;
}

static int bound_attempt(struct gate *gate, struct client *client, struct err *err)
{
    int64_t now_ms = clock_monotonic_ms();

    if (access_table_is_unbounded(gate->table, client->identity.role))
        return 0;
    if (client_bounds_is_shut_out(client, now_ms)) {
        client->dropped.connections++;
        client_table_wait(gate->clients, client);
        return err_set(err, ERR_DENIED,
            "%s is shut out for a while (%s), for another %d s; secureesp devices show says what "
            "was dropped",
            client->identity.name, client->reason,
            (int)((client->shut_out_until_ms - now_ms + 999) / 1000));
    }

    const char *reason = client_bounds_attempt(&gate->limits, client, now_ms);

    return reason == NULL ? 0 : refuse(gate, client, reason, err);
}

static void let_in(struct gate *gate, struct client *client, const struct certificate_facts *facts,
    const struct gate_connect *connect)
{
    memcpy(client->serial, facts->serial, sizeof client->serial);
    memcpy(client->ca, facts->ca, sizeof client->ca);
    client->begins_ms = facts->begins_ms;
    client->not_before_ms = facts->not_before_ms;
    client->not_after_ms = facts->not_after_ms;
    client->is_out = false;
    client->end_connections = false;
    client->end_silently = false;
    client->keeps_session = connect->keeps_session;
    client->is_saved = connect->is_saved;
    client->seen_ms = clock_system_ms();
    client->waiting_commands = 0;
    client->connections++;
    if (client->identity.role == ACCESS_TABLE_DAEMON)
        gate->daemon_epoch++;
    if (client->end_client_id != NULL)
        client_table_wait(gate->clients, client);
}

// Of somebody whose certificate is good.
static int connect_client(struct gate *gate, const struct gate_connect *connect,
    const struct certificate_facts *facts, struct client *client, struct err *err)
{
    const struct identity *identity = &client->identity;
    int rc = bound_attempt(gate, client, err);

    if (rc < 0)
        return rc;
    rc = identity_check_client_id(identity, connect->client_id, gate->table, gate->daemon, err);
    if (rc < 0) {
        err_context(err, "%s", identity->name);
        return rc;
    }
    if (strlen(connect->client_id) > gate->limits.client_id_bytes)
        return err_set(err, ERR_DENIED,
            "%s: its client identifier is longer than %u bytes (plugin_opt_client_id_bytes)",
            identity->name, gate->limits.client_id_bytes);
    rc = take_identifier(gate, client, connect, err);
    if (rc < 0)
        return rc;
    let_in(gate, client, facts, connect);
    gate_sessions_keep(gate, client);
    return 0;
}

// Who is refused again and again is not heard for a while.
static void count_refusal(struct gate *gate, struct client *client, const uint8_t *der, size_t n)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    int64_t now_ms = clock_monotonic_ms();

    digest_sha256(der, n, fingerprint);
    if (!refusals_add(&gate->refusals, fingerprint, now_ms) || client == NULL ||
        access_table_is_unbounded(gate->table, client->identity.role))
        return;
    client_bounds_shut_out(client, now_ms, REFUSALS_SHUT_OUT_S, "refused-connections");
    client_table_wait(gate->clients, client);
}

int gate_connect(
    struct gate *gate, const struct gate_connect *connect, const char **name, struct err *err)
{
    struct certificate_facts facts;
    struct identity identity = {0};
    struct client *client = NULL;

    gate_refresh(gate);
    if (connect->der == NULL)
        return err_set(err, ERR_DENIED,
            "it shows no certificate; give it one, and set require_certificate true");

    int rc = identify(gate, connect->der, connect->n, &facts, &identity, err);

    if (rc == 0 && client_table_get(gate->clients, &identity, &client) < 0)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for a client");
    if (rc == 0)
        rc = connect_client(gate, connect, &facts, client, err);
    if (rc < 0) {
        count_refusal(gate, client, connect->der, connect->n);
        return rc;
    }
    gate_traffic_bind(gate, client, connect->der, connect->n);
    gate_meet_note(gate, client, &facts);
    *name = client->identity.name;
    return 0;
}

bool gate_turns_away(struct gate *gate, const uint8_t *der, size_t n)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    struct certificate_facts facts;
    struct identity identity = {0};
    int64_t now_ms = clock_monotonic_ms();

    digest_sha256(der, n, fingerprint);
    if (!refusals_are_many(&gate->refusals, fingerprint, now_ms))
        return false;
    gate_refresh(gate);
    if (identify(gate, der, n, &facts, &identity, NULL) < 0)
        return true;

    const struct client *client = client_table_find(gate->clients, identity.name);

    return client != NULL && client_bounds_is_shut_out(client, now_ms);
}

int gate_stay(struct gate *gate, const uint8_t *der, size_t n, const char *name, struct err *err)
{
    struct certificate_facts facts;
    struct identity identity = {0};

    gate_refresh(gate);

    int rc = identify(gate, der, n, &facts, &identity, err);

    if (rc == 0 && (name == NULL || strcmp(name, identity.name) != 0))
        rc = err_set(err, ERR_DENIED,
            "%s has a user name other than its certificate's; it must connect again",
            identity.name);
    return rc;
}

void gate_disconnect(struct gate *gate, const char *name)
{
    struct client *client = client_table_find(gate->clients, name);

    if (client == NULL || client->connections == 0)
        return;
    client->connections--;
    client->seen_ms = clock_system_ms();
    if (client->connections == 0 && !client->keeps_session)
        client_table_unbind(gate->clients, client);
}
