// Knows the connections of each certificate.
#include "server/http/http_clients.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/tally.h"
#include "server/http/http_addresses.h"

#define BUCKETS 1024
#define LOG_INTERVAL_MS 10000

struct http_client {
    struct http_client_place *first;
    struct http_client *next;
    size_t n;
    uint8_t der[];
};

struct http_clients {
    unsigned max;
    struct tally replaced;
    pthread_mutex_t lock; // guards all below
    struct http_client *buckets[BUCKETS];
};

int http_clients_new(unsigned max, struct http_clients **out)
{
    struct http_clients *clients = calloc(1, sizeof *clients);

    if (clients == NULL)
        return ERR_NO_MEMORY;
    clients->max = max;
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

static void append(struct http_client *client, struct http_client_place *place, int fd)
{
    place->client = client;
    place->fd = fd;
    place->ended = false;
    place->next = client->first;
    place->link = &client->first;
    if (place->next != NULL)
        place->next->link = &place->next;
    client->first = place;
    http_clients_rest(place, true);
}

// At once: what the system has yet to send goes no further (connect(2): AF_UNSPEC), or a download would
// run on out of its buffer. libmicrohttpd sees the end and closes it.
static void end(struct http_client_place *place)
{
    place->ended = true;
    if (connect(place->fd, &(struct sockaddr){.sa_family = AF_UNSPEC}, sizeof(struct sockaddr)) < 0)
        shutdown(place->fd, SHUT_RDWR); // of no TCP
}

// Whether there is a place for one more of the certificate's, if need be that of the one that has
// rested longest, which is *replaced then.
static bool has_room(const struct http_clients *clients, const struct http_client *client,
    struct http_client_place **replaced)
{
    unsigned count = 0;

    *replaced = NULL;
    for (struct http_client_place *place = client->first; place != NULL; place = place->next) {
        int64_t since = place->resting_since_ms;

        if (place->ended)
            continue;
        count++;
        if (since != 0 && (*replaced == NULL || since <= (*replaced)->resting_since_ms))
            *replaced = place;
    }
    if (clients->max == 0 || count < clients->max)
        *replaced = NULL;
    return clients->max == 0 || count < clients->max || *replaced != NULL;
}

static void note_replaced(struct http_clients *clients, int fd)
{
    char address[HTTP_ADDRESS_TEXT_SIZE];

    if (!tally_add(&clients->replaced, 1, LOG_INTERVAL_MS))
        return;
    http_addresses_format_peer(fd, address);
    log_info("http",
        "ended connection address=%s reason=\"its certificate has %u and opens another\" "
        "total=%llu: if many boards share it, give each its own, or raise "
        "max_connections_per_certificate",
        address, clients->max, (unsigned long long)clients->replaced.total);
}

int http_clients_enter(struct http_clients *clients, const uint8_t *der, size_t n,
    struct http_client_place *place, int fd)
{
    struct http_client_place *replaced = NULL;
    int rc = 0;

    pthread_mutex_lock(&clients->lock);

    struct http_client **at = find(clients, der, n);
    struct http_client *client = *at != NULL ? *at : new_client(der, n);

    if (client == NULL)
        rc = ERR_NO_MEMORY;
    else if (!has_room(clients, client, &replaced))
        rc = ERR_CONFLICT;
    if (replaced != NULL)
        end(replaced);
    if (rc == 0) {
        *at = client;
        append(client, place, fd);
    }
    pthread_mutex_unlock(&clients->lock);
    if (replaced != NULL)
        note_replaced(clients, fd);
    return rc;
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
    place->client = NULL;
}

void http_clients_rest(struct http_client_place *place, bool rests)
{
    place->resting_since_ms = rests ? clock_monotonic_ms() : 0;
}

static size_t end_all(const struct http_client *client)
{
    size_t count = 0;

    for (struct http_client_place *place = client->first; place != NULL; place = place->next) {
        count += !place->ended;
        end(place);
    }
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

uint64_t http_clients_count_replaced(struct http_clients *clients)
{
    return clients->replaced.total;
}
