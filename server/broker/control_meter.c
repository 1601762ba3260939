// What certificates' connections send that is counted nowhere else.
#include "server/broker/control_meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 4096
#define SECOND_MS 1000

struct control_meter_table {
    struct control_meter *places[PLACES];
};

// What was received last is judged now, since only now is it known what of it was counted. What is
// counted later than it was received, as the first part of a packet is, comes back.
static bool settle(struct control_meter *meter, const struct limits *limits, int64_t now_ms)
{
    struct rate rate = {limits->control_bytes_per_second, SECOND_MS,
        limits->control_bytes_burst + limits->payload_bytes + limits->topic_bytes};
    size_t received = meter->received;
    size_t counted = meter->counted;

    meter->received = 0;
    meter->counted = 0;
    if (received > counted)
        return rate_take(&meter->control, &rate, (uint32_t)(received - counted), now_ms);
    if (counted > received)
        rate_give(&meter->control, &rate, counted - received);
    return true;
}

bool control_meter_take(
    struct control_meter *meter, const struct limits *limits, int64_t now_ms, size_t n)
{
    if (control_meter_is_shut_out(meter, now_ms))
        return false;
    if (!settle(meter, limits, now_ms)) {
        meter->shut_out_until_ms = now_ms + (int64_t)limits->shut_out_seconds * SECOND_MS;
        return false;
    }
    meter->received = n;
    return true;
}

void control_meter_count(struct control_meter *meter, size_t n)
{
    meter->counted += n;
}

bool control_meter_is_shut_out(const struct control_meter *meter, int64_t now_ms)
{
    return now_ms < meter->shut_out_until_ms;
}

int control_meter_table_new(struct control_meter_table **out)
{
    struct control_meter_table *table = calloc(1, sizeof *table);

    if (table == NULL)
        return ERR_NO_MEMORY;
    *out = table;
    return 0;
}

void control_meter_table_free(struct control_meter_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++) {
        while (table->places[i] != NULL) {
            struct control_meter *meter = table->places[i];

            table->places[i] = meter->next;
            free(meter);
        }
    }
    free(table);
}

struct control_meter *control_meter_table_find(
    const struct control_meter_table *table, const char *fingerprint)
{
    struct control_meter *meter = table->places[digest_place(fingerprint, PLACES)];

    while (meter != NULL && strcmp(meter->fingerprint, fingerprint) != 0)
        meter = meter->next;
    return meter;
}

int control_meter_table_get(
    struct control_meter_table *table, const char *fingerprint, struct control_meter **out)
{
    struct control_meter *meter = control_meter_table_find(table, fingerprint);

    if (meter == NULL) {
        struct control_meter **place = &table->places[digest_place(fingerprint, PLACES)];

        meter = calloc(1, sizeof *meter);
        if (meter == NULL)
            return ERR_NO_MEMORY;
        snprintf(meter->fingerprint, sizeof meter->fingerprint, "%s", fingerprint);
        meter->next = *place;
        *place = meter;
    }
    *out = meter;
    return 0;
}
