// Certificates that are met, told to the daemon.
#include "server/broker/gate_meet.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/broker/gate_internal.h"
#include "server/broker/report.h"

struct gate_met {
    struct certificate_facts facts;
    struct gate_met *next;
};

static const struct rate each = {1, 600000, 8}; // of a client: one in ten minutes
// Of all: so that what devices say is not held up when a whole fleet comes.
static const struct rate all = {100, 1000, 20};

void gate_meet_note(struct gate *gate, struct client *client, const struct certificate_facts *facts)
{
    struct gate_meet *meet = &gate->meet;

    if (strcmp(client->met, facts->fingerprint) == 0 ||
        !rate_take(&client->meetings, &each, 1, clock_monotonic_ms()))
        return;

    struct gate_met *met = malloc(sizeof *met);

    if (met == NULL)
        return;
    met->facts = *facts;
    met->next = NULL;
    if (meet->last != NULL)
        meet->last->next = met;
    else
        meet->first = met;
    meet->last = met;
    memcpy(client->met, facts->fingerprint, sizeof client->met);
}

void gate_meet_begin(struct gate *gate)
{
    gate->meet.heard_epoch = gate->daemon_epoch;
}

static bool is_heard(const struct gate *gate)
{
    const struct client *daemon = client_table_find(gate->clients, gate->daemon);

    return daemon != NULL && daemon->connections > 0 &&
           gate->meet.heard_epoch == gate->daemon_epoch;
}

static void take_first(struct gate_meet *meet)
{
    struct gate_met *met = meet->first;

    meet->first = met->next;
    if (meet->first == NULL)
        meet->last = NULL;
    free(met);
}

void gate_meet_tell(struct gate *gate)
{
    struct gate_meet *meet = &gate->meet;
    char text[REPORT_SIZE];

    while (meet->first != NULL && is_heard(gate) &&
           rate_take(&meet->told, &all, 1, clock_monotonic_ms())) {
        report_format_certificate(&meet->first->facts, text);
        gate->effects->publish(BROKER_TOPIC_CERTIFICATES, text, gate->ctx);
        take_first(meet);
    }
}

void gate_meet_clear(struct gate *gate)
{
    while (gate->meet.first != NULL)
        take_first(&gate->meet);
}
