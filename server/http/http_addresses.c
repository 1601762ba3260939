// Bounds the connections of each address.
#include "server/http/http_addresses.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/base/log.h"
#include "server/base/tally.h"

#define BUCKETS 1024
#define NETWORK_BYTES 8
#define LOG_INTERVAL_MS 1000

struct http_address {
    struct in6_addr key; // IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2); IPv6 up to its network
    unsigned connections;
    struct http_crowd crowd;
    struct http_address *next;
};

struct http_addresses {
    unsigned max;
    http_addresses_make_room *make_room;
    http_addresses_leave *leave;
    void *ctx;
    struct tally refused, crowded; // connections; the latter are those for which others made room
    pthread_mutex_t lock;          // guards all below
    struct http_address *buckets[BUCKETS];
};

int http_addresses_new(unsigned max_per_address, http_addresses_make_room *make_room,
    http_addresses_leave *leave, void *ctx, struct http_addresses **out)
{
    struct http_addresses *addresses = calloc(1, sizeof *addresses);

    if (addresses == NULL)
        return ERR_NO_MEMORY;
    addresses->max = max_per_address;
    addresses->make_room = make_room;
    addresses->leave = leave;
    addresses->ctx = ctx;
    pthread_mutex_init(&addresses->lock, NULL);
    *out = addresses;
    return 0;
}

void http_addresses_free(struct http_addresses *addresses)
{
    if (addresses == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct http_address *a = addresses->buckets[i], *next; a != NULL; a = next) {
            next = a->next;
            free(a);
        }
    }
    pthread_mutex_destroy(&addresses->lock);
    free(addresses);
}

static struct in6_addr address_of(const struct sockaddr *address)
{
    struct in6_addr key = IN6ADDR_ANY_INIT;

    if (address->sa_family == AF_INET6) {
        key = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    } else if (address->sa_family == AF_INET) {
        key.s6_addr[10] = key.s6_addr[11] = 0xff;
        memcpy(key.s6_addr + 12,
            &((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr, 4);
    }
    return key;
}

// Of IPv6 a client has a whole network of addresses, of 64 bits (RFC 6177, RFC 7421): they are one.
static struct in6_addr key_of(const struct sockaddr *address)
{
    struct in6_addr key = address_of(address);

    if (!IN6_IS_ADDR_V4MAPPED(&key))
        memset(key.s6_addr + NETWORK_BYTES, 0, sizeof key.s6_addr - NETWORK_BYTES);
    return key;
}

// Where the address is, or would be appended.
static struct http_address **find(struct http_addresses *addresses, const struct in6_addr *key)
{
    uint32_t hash = 2166136261u; // FNV-1a

    for (size_t i = 0; i < sizeof key->s6_addr; i++)
        hash = (hash ^ key->s6_addr[i]) * 16777619u;

    struct http_address **at = &addresses->buckets[hash % BUCKETS];

    while (*at != NULL && memcmp(&(*at)->key, key, sizeof *key) != 0)
        at = &(*at)->next;
    return at;
}

static void format(const struct in6_addr *key, char out[HTTP_ADDRESS_TEXT_SIZE])
{
    if (IN6_IS_ADDR_V4MAPPED(key))
        inet_ntop(AF_INET, key->s6_addr + 12, out, HTTP_ADDRESS_TEXT_SIZE);
    else
        inet_ntop(AF_INET6, key, out, HTTP_ADDRESS_TEXT_SIZE);
}

void http_addresses_format(const struct sockaddr *address, char out[HTTP_ADDRESS_TEXT_SIZE])
{
    struct in6_addr whole = address_of(address);

    format(&whole, out);
}

// Of a Unix socket the text is written, and false returned.
static bool read_peer(int fd, struct sockaddr_storage *address, char out[HTTP_ADDRESS_TEXT_SIZE])
{
    struct ucred peer;
    socklen_t n = sizeof *address;
    socklen_t peer_n = sizeof peer;

    memset(address, 0, sizeof *address); // one that has gone by now has none
    (void)getpeername(fd, (struct sockaddr *)address, &n);
    if (address->ss_family != AF_UNIX ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_n) < 0)
        return true;
    snprintf(out, HTTP_ADDRESS_TEXT_SIZE, "uid %u", peer.uid);
    return false;
}

void http_addresses_format_peer(int fd, char out[HTTP_ADDRESS_TEXT_SIZE])
{
    struct sockaddr_storage address;

    if (read_peer(fd, &address, out))
        http_addresses_format((struct sockaddr *)&address, out);
}

void http_addresses_format_network(int fd, char out[HTTP_ADDRESS_TEXT_SIZE])
{
    struct sockaddr_storage address;

    if (!read_peer(fd, &address, out))
        return;

    struct in6_addr key = key_of((struct sockaddr *)&address);

    format(&key, out);
    if (!IN6_IS_ADDR_V4MAPPED(&key))
        memcpy(out + strlen(out), "/64", sizeof "/64"); // half of an address takes half of its room
}

enum room { ROOM, MADE, NONE };

static void note(struct http_addresses *addresses, const struct in6_addr *key, enum room room)
{
    struct tally *tally = room == NONE ? &addresses->refused : &addresses->crowded;
    char text[HTTP_ADDRESS_TEXT_SIZE];

    if (room == ROOM || !tally_add(tally, 1, LOG_INTERVAL_MS))
        return;
    format(key, text);
    log_info("http",
        "%s address=%s%s reason=\"it has %u%s\" %s_total=%llu: if many devices share it, "
        "raise max_connections_per_address",
        room == NONE ? "refused connection" : "ended connection", text,
        IN6_IS_ADDR_V4MAPPED(key) ? "" : "/64", addresses->max,
        room == NONE ? ", none of which makes room" : " and opens another",
        room == NONE ? "refused" : "ended", (unsigned long long)tally->total);
}

// With the lock held.
static enum room find_room(const struct http_addresses *addresses, struct http_address *address)
{
    unsigned over =
        address->connections < addresses->max ? 0 : address->connections - addresses->max + 1;

    if (over == 0)
        return ROOM;
    return over <= addresses->max && addresses->make_room(&address->crowd, over, addresses->ctx)
               ? MADE
               : NONE;
}

struct http_address *http_addresses_add(
    struct http_addresses *addresses, const struct sockaddr *address)
{
    struct in6_addr key = key_of(address);
    enum room room = ROOM;

    pthread_mutex_lock(&addresses->lock);

    struct http_address **at = find(addresses, &key);
    struct http_address *found = *at;

    if (found == NULL) {
        found = *at = calloc(1, sizeof *found);
        if (found != NULL)
            found->key = key;
    } else {
        room = find_room(addresses, found);
        if (room == NONE)
            found = NULL;
    }
    if (found != NULL)
        found->connections++;
    pthread_mutex_unlock(&addresses->lock);
    note(addresses, &key, room);
    return found;
}

struct http_crowd *http_addresses_crowd(struct http_address *address)
{
    return &address->crowd;
}

void http_addresses_drop(
    struct http_addresses *addresses, struct http_address *address, void *member)
{
    pthread_mutex_lock(&addresses->lock);
    if (member != NULL)
        addresses->leave(member, addresses->ctx);
    if (--address->connections == 0) {
        *find(addresses, &address->key) = address->next;
        free(address);
    }
    pthread_mutex_unlock(&addresses->lock);
}

uint64_t http_addresses_count_refused(struct http_addresses *addresses)
{
    return addresses->refused.total;
}
