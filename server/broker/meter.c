// What certificates' connections send that is counted nowhere else.
#include "server/broker/meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 4096
#define SECOND_MS 1000

struct meter_table {
    struct meter *places[PLACES];
};

// What was received last is judged now, since only now is it known what of it was counted. What is
// counted later than it was received, as the first part of a packet is, comes back.
static bool settle(struct meter *meter, const struct limits *limits, int64_t now_ms)
{
    struct token_bucket_rate rate = {limits->control_bytes_per_second, SECOND_MS,
        limits->control_bytes_burst + limits->payload_bytes + limits->topic_bytes};
    size_t received = meter->received;
    size_t counted = meter->counted;

    meter->received = 0;
    meter->counted = 0;
    if (received > counted)
        return token_bucket_take(&meter->control, &rate, now_ms, (uint32_t)(received - counted));
    if (counted > received)
        token_bucket_give(&meter->control, counted - received);
    return true;
}

bool meter_take(struct meter *meter, const struct limits *limits, int64_t now_ms, size_t n)
{
    if (meter_is_shut_out(meter, now_ms))
        return false;
    if (!settle(meter, limits, now_ms)) {
        meter->shut_out_until_ms = now_ms + (int64_t)limits->shut_out_seconds * SECOND_MS;
        return false;
    }
    meter->received = n;
    return true;
}

void meter_count(struct meter *meter, size_t n)
{
    meter->counted += n;
}

bool meter_is_shut_out(const struct meter *meter, int64_t now_ms)
{
    return now_ms < meter->shut_out_until_ms;
}

// The fingerprint is hex of a hash: its first digits spread well.
static size_t place_of(const char *fingerprint)
{
    char digits[9] = {0};

    memcpy(digits, fingerprint, sizeof digits - 1);
    return strtoul(digits, NULL, 16) % PLACES;
}

int meter_table_new(struct meter_table **out)
{
    struct meter_table *table = calloc(1, sizeof *table);

    if (table == NULL)
        return ERR_NO_MEMORY;
    *out = table;
    return 0;
}

void meter_table_free(struct meter_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++) {
        while (table->places[i] != NULL) {
            struct meter *meter = table->places[i];

            table->places[i] = meter->next;
            free(meter);
        }
    }
    free(table);
}

struct meter *meter_table_find(const struct meter_table *table, const char *fingerprint)
{
    struct meter *meter = table->places[place_of(fingerprint)];

    while (meter != NULL && strcmp(meter->fingerprint, fingerprint) != 0)
        meter = meter->next;
    return meter;
}

int meter_table_get(struct meter_table *table, const char *fingerprint, struct meter **out)
{
    struct meter *meter = meter_table_find(table, fingerprint);

    if (meter == NULL) {
        struct meter **place = &table->places[place_of(fingerprint)];

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
