// What the gate does by and by: it ends connections and reports.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/broker/client_bounds.h"
#include "server/broker/gate_internal.h"
#include "server/broker/gate_sessions.h"
#include "server/broker/report.h"

#define REPORT_INTERVAL_MS 10000
#define ROUND_MS 50 // the broker does nothing else meanwhile

static bool daemon_is_here(const struct gate *gate)
{
    const struct client *daemon = client_table_find(gate->clients, gate->daemon);

    return daemon != NULL && daemon->connections > 0;
}

static void end(struct gate *gate, struct client *client)
{
    char *client_id = client->end_client_id;
    // It may have become somebody's meanwhile, whose connection has ended that one.
    bool is_free =
        client_id != NULL && client_table_find_client_id(gate->clients, client_id) == NULL;

    // The broker asks about wills and subscriptions meanwhile, and tells of the connections.
    gate->is_ending = true;
    if (client->end_connections) {
        bool with_will = !client->end_silently;

        if (client->end_silently && client->connections > 0)
            gate->list_ended++;
        client->end_connections = false;
        client->end_silently = false;
        gate->effects->end_connections(client->identity.name, with_will, gate->ctx);
    }
    client->end_client_id = NULL;
    if (is_free)
        gate->effects->end_session(client_id, gate->ctx);
    free(client_id);
    gate->is_ending = false;
}

static bool has_dropped(const struct client_dropped *dropped)
{
    return (dropped->messages | dropped->bytes | dropped->subscriptions | dropped->connections) !=
           0;
}

// Whether there is more to come.
static bool report(struct gate *gate, struct client *client, int64_t now_ms)
{
    char topic[REPORT_TOPIC_SIZE];
    char text[REPORT_SIZE];
    bool is_over = !has_dropped(&client->dropped) && !client_bounds_is_shut_out(client, now_ms);

    if (is_over && !client->is_reported)
        return false;
    if (now_ms < client->next_report_ms || !daemon_is_here(gate))
        return true;
    report_limit_topic(client, topic);
    report_format_limit(client, now_ms, text);
    gate->effects->publish(topic, text, gate->ctx);
    client->dropped = (struct client_dropped){0};
    client->next_report_ms = now_ms + REPORT_INTERVAL_MS;
    client->is_reported = !is_over;
    return !is_over;
}

// Once all whom it shuts out are gone: the daemon goes by that.
static void report_list(struct gate *gate)
{
    char text[REPORT_SIZE];

    if (!gate->list_is_due || gate->list_left > 0 || !daemon_is_here(gate))
        return;
    report_format_list(trust_list_number(gate->trust), trust_list_count(gate->trust),
        gate->list_ended, gate->list_error[0] != '\0' ? gate->list_error : NULL, text);
    gate->effects->publish(BROKER_TOPIC_REVOCATIONS, text, gate->ctx);
    gate->list_is_due = false;
    gate->list_ended = 0;
}

static void say(struct gate *gate)
{
    for (size_t i = 0; i < sizeof gate->notes / sizeof gate->notes[0]; i++) {
        if (gate->notes[i][0] != '\0')
            gate->effects->note(gate->notes[i], gate->ctx);
        gate->notes[i][0] = '\0';
    }
}

void gate_tick(struct gate *gate)
{
    int64_t begin_ms = clock_monotonic_ms();

    gate_refresh(gate);
    gate_sessions_round(gate);
    say(gate);
    for (size_t left = client_table_count_waiting(gate->clients); left > 0; left--) {
        struct client *client = client_table_next_waiting(gate->clients);

        gate->list_left -= gate->list_left > 0;
        end(gate, client);
        if (report(gate, client, begin_ms))
            client_table_wait(gate->clients, client);
        if (clock_monotonic_ms() - begin_ms >= ROUND_MS)
            break; // the others are the first of the next round
    }
    report_list(gate);
    gate_meet_tell(gate);
    gate_orders_tell(gate, daemon_is_here(gate));
}
