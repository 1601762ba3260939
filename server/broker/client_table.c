// The identities that the broker has seen.
#include "server/broker/client_table.h"

#include <stdlib.h>
#include <string.h>

#define PLACES 65536 // half a megabyte for each of the two orders

struct client_table {
    struct client *first_waiting;
    struct client *last_waiting;
    size_t waiting_count;
    struct client *by_name[PLACES];
    struct client *by_client_id[PLACES];
};

// FNV-1a.
static size_t place_of(const char *s)
{
    uint32_t hash = 2166136261U;

    for (; *s != '\0'; s++)
        hash = (hash ^ (uint8_t)*s) * 16777619U;
    return (hash ^ (hash >> 16)) % PLACES;
}

int client_table_new(struct client_table **out)
{
    struct client_table *table = calloc(1, sizeof *table);

    if (table == NULL)
        return ERR_NO_MEMORY;
    *out = table;
    return 0;
}

void client_table_free(struct client_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++) {
        while (table->by_name[i] != NULL) {
            struct client *client = table->by_name[i];

            table->by_name[i] = client->next_by_name;
            free(client->client_id);
            free(client->end_client_id);
            free(client);
        }
    }
    free(table);
}

struct client *client_table_find(const struct client_table *table, const char *name)
{
    struct client *client = table->by_name[place_of(name)];

    while (client != NULL && strcmp(client->identity.name, name) != 0)
        client = client->next_by_name;
    return client;
}

int client_table_get(
    struct client_table *table, const struct identity *identity, struct client **out)
{
    struct client *client = client_table_find(table, identity->name);

    if (client == NULL) {
        struct client **place = &table->by_name[place_of(identity->name)];

        client = calloc(1, sizeof *client);
        if (client == NULL)
            return ERR_NO_MEMORY;
        client->next_by_name = *place;
        *place = client;
    }
    client->identity = *identity;
    *out = client;
    return 0;
}

struct client *client_table_find_client_id(const struct client_table *table, const char *client_id)
{
    struct client *client = table->by_client_id[place_of(client_id)];

    while (client != NULL && strcmp(client->client_id, client_id) != 0)
        client = client->next_by_client_id;
    return client;
}

int client_table_bind(struct client_table *table, struct client *client, const char *client_id)
{
    if (client->client_id != NULL && strcmp(client->client_id, client_id) == 0)
        return 0;

    char *copy = strdup(client_id);

    if (copy == NULL)
        return ERR_NO_MEMORY;
    client_table_unbind(table, client);
    client->client_id = copy;

    struct client **place = &table->by_client_id[place_of(copy)];

    client->next_by_client_id = *place;
    *place = client;
    return 0;
}

void client_table_unbind(struct client_table *table, struct client *client)
{
    if (client->client_id == NULL)
        return;

    struct client **link = &table->by_client_id[place_of(client->client_id)];

    while (*link != client)
        link = &(*link)->next_by_client_id;
    *link = client->next_by_client_id;
    free(client->client_id);
    client->client_id = NULL;
}

void client_table_wait(struct client_table *table, struct client *client)
{
    if (client->is_waiting)
        return;
    client->is_waiting = true;
    client->next_waiting = NULL;
    if (table->last_waiting != NULL)
        table->last_waiting->next_waiting = client;
    else
        table->first_waiting = client;
    table->last_waiting = client;
    table->waiting_count++;
}

struct client *client_table_next_waiting(struct client_table *table)
{
    struct client *client = table->first_waiting;

    if (client == NULL)
        return NULL;
    table->first_waiting = client->next_waiting;
    if (client->next_waiting == NULL)
        table->last_waiting = NULL;
    client->is_waiting = false;
    table->waiting_count--;
    return client;
}

size_t client_table_count_waiting(const struct client_table *table)
{
    return table->waiting_count;
}

void client_table_each(
    const struct client_table *table, void (*visit)(struct client *client, void *ctx), void *ctx)
{
    for (size_t i = 0; i < PLACES; i++) {
        for (struct client *client = table->by_name[i]; client != NULL;
             client = client->next_by_name)
            visit(client, ctx);
    }
}
