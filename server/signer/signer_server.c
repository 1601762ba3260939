// The socket on which the signer is asked: one request a connection.
#include "server/signer/signer_server.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/unix_socket.h"

#define MODE 0660
#define OTHERS 2 // beside the connections: what wakes, and the socket

// A connection whose request is not complete yet.
struct place {
    int fd;          // -1: free
    uint64_t number; // of the connection: the lowest is the oldest
    int64_t until_ms;
    struct signer_peer peer;
    size_t got;
    uint8_t bytes[SIGNER_MESSAGE_REQUEST_MAX + 1]; // one more than a request has
};

struct signer_server {
    int fd;
    uid_t client;
    uint64_t last_number;
    struct place places[SIGNER_SERVER_PLACES];
};

int signer_server_open(const char *path, uid_t client, struct signer_server **out, struct err *err)
{
    struct signer_server *server = calloc(1, sizeof *server);

    if (server == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a socket");
    for (size_t i = 0; i < SIGNER_SERVER_PLACES; i++)
        server->places[i].fd = -1;
    server->client = client;

    int rc = unix_socket_listen(path, MODE, &server->fd, err);

    if (rc < 0) {
        free(server);
        return rc;
    }
    *out = server;
    return 0;
}

static void leave(struct place *place)
{
    close(place->fd);
    place->fd = -1;
}

void signer_server_close(struct signer_server *server)
{
    if (server == NULL)
        return;
    for (size_t i = 0; i < SIGNER_SERVER_PLACES; i++) {
        if (server->places[i].fd >= 0)
            leave(&server->places[i]);
    }
    close(server->fd);
    free(server);
}

// An answer fits the socket's buffer: who does not take it is not waited for.
static void say(int fd, const struct signer_message_written *answer)
{
    if (send(fd, answer->bytes, answer->n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return;
}

static void refuse(
    struct signer *signer, int fd, const struct signer_peer *peer, const struct err *err)
{
    struct signer_message_written answer = {0};

    signer_refuse(signer, peer, err, &answer);
    say(fd, &answer);
}

// A free place, or that of the oldest connection.
static struct place *find_place(struct signer_server *server)
{
    struct place *oldest = &server->places[0];

    for (size_t i = 0; i < SIGNER_SERVER_PLACES; i++) {
        struct place *place = &server->places[i];

        if (place->fd < 0)
            return place;
        if (place->number < oldest->number)
            oldest = place;
    }
    leave(oldest);
    return oldest;
}

// Who is at the other end, as the kernel says: when it connected.
static bool read_peer(int fd, struct signer_peer *out)
{
    struct ucred credentials;
    socklen_t n = sizeof credentials;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &n) < 0 || n != sizeof credentials)
        return false;
    *out = (struct signer_peer){.uid = credentials.uid, .pid = credentials.pid};
    return true;
}

static void let_in(struct signer_server *server, struct signer *signer)
{
    int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct signer_peer peer = {0};
    struct err err = {0};

    if (fd < 0)
        return;
    if (!read_peer(fd, &peer)) {
        close(fd);
        return;
    }
    if (peer.uid != server->client) {
        // Of who asks, not of what, which is not looked at: so no refusal for good.
        err_set(&err, ERR_UNAVAILABLE,
            "user %u may not ask the signer, whose [signer] client is another", (unsigned)peer.uid);
        refuse(signer, fd, &peer, &err);
        close(fd);
        return;
    }

    struct place *place = find_place(server);

    place->fd = fd;
    place->number = ++server->last_number;
    place->until_ms = clock_monotonic_ms() + SIGNER_SERVER_TIMEOUT_MS;
    place->peer = peer;
    place->got = 0;
}

// Whether there is something to answer: a whole request, or none that it could become.
static bool is_complete(const struct place *place)
{
    size_t size;

    if (place->got < SIGNER_MESSAGE_HEAD)
        return false;
    return signer_message_size(place->bytes, SIGNER_MESSAGE_REQUEST, &size) < 0 ||
           place->got >= size;
}

static void hear(struct place *place, struct signer *signer)
{
    ssize_t n = recv(place->fd, place->bytes + place->got, sizeof place->bytes - place->got, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        place->got += (size_t)n;
    if (n > 0 && !is_complete(place))
        return;
    if (n > 0) {
        struct signer_received message = {place->bytes, place->got};
        struct signer_message_written answer = {0};

        signer_answer(signer, &place->peer, &message, &answer);
        say(place->fd, &answer);
    }
    leave(place);
}

static void end_late(struct place *place, struct signer *signer, int64_t now_ms)
{
    struct err err = {0};

    if (place->fd < 0 || place->until_ms > now_ms)
        return;
    err_set(&err, ERR_INVALID, "no whole request within %d ms", SIGNER_SERVER_TIMEOUT_MS);
    refuse(signer, place->fd, &place->peer, &err);
    leave(place);
}

// Who is waited for, and until when; -1: for any time.
static int prepare(const struct signer_server *server, struct pollfd *fds, int64_t now_ms)
{
    int64_t first_ms = INT64_MAX;

    for (size_t i = 0; i < SIGNER_SERVER_PLACES; i++) {
        const struct place *place = &server->places[i];

        fds[i] = (struct pollfd){.fd = place->fd, .events = POLLIN};
        if (place->fd >= 0 && place->until_ms < first_ms)
            first_ms = place->until_ms;
    }
    if (first_ms == INT64_MAX)
        return -1;
    return first_ms > now_ms ? (int)(first_ms - now_ms) : 0;
}

static void serve(struct signer_server *server, struct signer *signer, const struct pollfd *fds)
{
    int64_t now_ms = clock_monotonic_ms();

    for (size_t i = 0; i < SIGNER_SERVER_PLACES; i++) {
        if (fds[OTHERS + i].revents != 0)
            hear(&server->places[i], signer);
        end_late(&server->places[i], signer, now_ms);
    }
    if (fds[1].revents != 0)
        let_in(server, signer);
}

int signer_server_run(
    struct signer_server *server, struct signer *signer, int wake_fd, struct err *err)
{
    struct pollfd fds[OTHERS + SIGNER_SERVER_PLACES];

    for (;;) {
        int wait_ms = prepare(server, fds + OTHERS, clock_monotonic_ms());

        fds[0] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
        fds[1] = (struct pollfd){.fd = server->fd, .events = POLLIN};
        if (poll(fds, OTHERS + SIGNER_SERVER_PLACES, wait_ms) < 0) {
            if (errno == EINTR)
                continue;
            return err_set(err, ERR_IO, "cannot wait for requests: %m");
        }
        if (fds[0].revents != 0)
            return 0;
        serve(server, signer, fds);
    }
}
