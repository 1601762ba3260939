// What TLS connections send that no message is.
#include "server/broker/gate_traffic.h"

#include "server/base/clock.h"
#include "server/broker/client_bounds.h"
#include "server/broker/gate_internal.h"
#include "server/broker/control_meter.h"

#define HEAD_BYTES 16     // of a packet, beside its topic and payload (MQTT 3.1.1, 2.2, 3.3.2)
#define CONNECT_BYTES 512 // of one without its will, which is counted when it is sent

// Who is connected by that certificate now, and rightly: another one's bearer does not suffer.
static struct client *bearer(const struct control_meter *meter)
{
    struct client *client = meter->client;

    if (client == NULL || client->meter != meter || client->connections == 0 || client->is_out)
        return NULL;
    return client;
}

struct control_meter *gate_traffic_begin(struct gate *gate, const uint8_t *der, size_t n)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    struct control_meter *meter;

    if (gate_turns_away(gate, der, n))
        return NULL;
    digest_sha256(der, n, fingerprint);
    if (control_meter_table_get(gate->meters, fingerprint, &meter) < 0)
        return NULL;
    return control_meter_is_shut_out(meter, clock_monotonic_ms()) ? NULL : meter;
}

bool gate_traffic_take(struct gate *gate, struct control_meter *meter, size_t n)
{
    struct client *client = bearer(meter);

    if (client != NULL && access_table_is_unbounded(gate->table, client->identity.role))
        return true;

    int64_t now_ms = clock_monotonic_ms();

    if (client != NULL && client_bounds_is_shut_out(client, now_ms))
        return false; // for whatever else: it does not go on until the next tick
    if (control_meter_take(meter, &gate->limits, now_ms, n))
        return true;
    if (client != NULL) {
        client_bounds_shut_out(client, now_ms, gate->limits.shut_out_seconds, "control-bytes");
        client->end_connections = true;
        client_table_wait(gate->clients, client);
    }
    return false;
}

void gate_traffic_bind(struct gate *gate, struct client *client, const uint8_t *der, size_t n)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];

    digest_sha256(der, n, fingerprint);
    client->meter = control_meter_table_find(gate->meters, fingerprint);
    if (client->meter == NULL)
        return;
    client->meter->client = client;
    gate_traffic_count(client, CONNECT_BYTES);
}

void gate_traffic_count(struct client *client, size_t n)
{
    if (client->meter != NULL)
        control_meter_count(client->meter, n + HEAD_BYTES);
}
