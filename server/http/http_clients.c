// Knows the connections of each certificate.
#include "server/http/http_clients.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BUCKETS 1024

struct http_client {
    struct http_client_place *first;
    struct http_client *next;
    size_t n;
    uint8_t der[];
};

struct http_clients {
    pthread_mutex_t lock; // guards all below
    struct http_client *buckets[BUCKETS];
};

int http_clients_new(struct http_clients **out)
{
    struct http_clients *clients = calloc(1, sizeof *clients);

    if (clients == NULL)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&clients->lock, NULL);
    *out = clients;
    return 0;
}

void http_clients_free(struct http_clients *clients)
{
    if (clients == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct http_client *c = clients->buckets[i], *next; c != NULL; c = next) {
            next = c->next;
            free(c);
        }
    }
    pthread_mutex_destroy(&clients->lock);
    free(clients);
}

// Where the certificate is, or would be appended. With the lock held.
static struct http_client **find(struct http_clients *clients, const uint8_t *der, size_t n)
{
    uint32_t hash = 2166136261u; // FNV-1a

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ der[i]) * 16777619u;

    struct http_client **at = &clients->buckets[hash % BUCKETS];

    while (*at != NULL && ((*at)->n != n || memcmp((*at)->der, der, n) != 0))
        at = &(*at)->next;
    return at;
}

static struct http_client *new_client(const uint8_t *der, size_t n)
{
    struct http_client *client = calloc(1, sizeof *client + n);

    if (client != NULL) {
        client->n = n;
        memcpy(client->der, der, n);
    }
    return client;
}

int http_clients_enter(struct http_clients *clients, const uint8_t *der, size_t n,
    struct http_client_place *place, int fd)
{
    pthread_mutex_lock(&clients->lock);

    struct http_client **at = find(clients, der, n);
    struct http_client *client = *at != NULL ? *at : new_client(der, n);

    if (client != NULL) {
        *at = client;
        *place = (struct http_client_place){client, fd, client->first, &client->first};
        if (place->next != NULL)
            place->next->link = &place->next;
        client->first = place;
    }
    pthread_mutex_unlock(&clients->lock);
    return client != NULL ? 0 : ERR_NO_MEMORY;
}

void http_clients_leave(struct http_clients *clients, struct http_client_place *place)
{
    struct http_client *client = place->client;

    if (client == NULL)
        return;
    pthread_mutex_lock(&clients->lock);
    *place->link = place->next;
    if (place->next != NULL)
        place->next->link = place->link;
    if (client->first == NULL) {
        *find(clients, client->der, client->n) = client->next;
        free(client);
    }
    pthread_mutex_unlock(&clients->lock);
    *place = (struct http_client_place){0};
}

static size_t end_all(const struct http_client *client)
{
    size_t count = 0;

    for (const struct http_client_place *place = client->first; place != NULL; place = place->next)
        count += shutdown(place->fd, SHUT_RDWR) == 0; // libmicrohttpd sees the end and closes it
    return count;
}

size_t http_clients_end(
    struct http_clients *clients, bool (*match)(const uint8_t *der, size_t n, void *ctx), void *ctx)
{
    size_t count = 0;

    pthread_mutex_lock(&clients->lock);
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const struct http_client *c = clients->buckets[i]; c != NULL; c = c->next) {
            if (match(c->der, c->n, ctx))
                count += end_all(c);
        }
    }
    pthread_mutex_unlock(&clients->lock);
    return count;
}
