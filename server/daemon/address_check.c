// Names that lead to addresses where nobody listens.
#include "server/daemon/address_check.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/log.h"

#define ADDRESSES_MAX 16
#define TARGETS_MAX 16
#define NAME_SIZE 256
#define WAIT_MS 2000
#define LIST_SIZE 120

struct targets {
    size_t count;
    uint16_t port; // of those that are added now
    struct {
        char name[NAME_SIZE];
        uint16_t port;
    } list[TARGETS_MAX];
};

struct attempts {
    size_t count;
    struct pollfd fds[ADDRESSES_MAX];
    bool answers[ADDRESSES_MAX];
    char names[ADDRESSES_MAX][NI_MAXHOST];
};

// Whether somebody on this machine listens there. Binding to the same tells so, and nobody notices,
// while a connection that says nothing is a failed handshake in the logs of whoever it is made to.
static bool is_taken_here(const struct addrinfo *info)
{
    int on = 1; // else connections that ended lately count as well
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);

    bool taken = bind(fd, info->ai_addr, info->ai_addrlen) < 0 && errno == EADDRINUSE;

    close(fd);
    return taken;
}

static void begin(struct attempts *attempts, const struct addrinfo *info)
{
    size_t i = attempts->count;
    bool taken = is_taken_here(info);
    int fd = taken ? -1 : socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (getnameinfo(info->ai_addr, info->ai_addrlen, attempts->names[i], NI_MAXHOST, NULL, 0,
            NI_NUMERICHOST) != 0)
        attempts->names[i][0] = '\0';
    attempts->fds[i] = (struct pollfd){.fd = fd, .events = POLLOUT};
    attempts->answers[i] = taken || (fd >= 0 && connect(fd, info->ai_addr, info->ai_addrlen) == 0);
    if (fd >= 0 && (attempts->answers[i] || errno != EINPROGRESS)) {
        close(fd);
        attempts->fds[i].fd = -1;
    }
    attempts->count++;
}

static void end(struct attempts *attempts, size_t i)
{
    int error = 0;
    socklen_t n = sizeof error;
    struct pollfd *fd = &attempts->fds[i];

    attempts->answers[i] = (fd->revents & POLLOUT) != 0 &&
                           getsockopt(fd->fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0;
    close(fd->fd);
    fd->fd = -1;
}

static size_t count_open(const struct attempts *attempts)
{
    size_t open = 0;

    for (size_t i = 0; i < attempts->count; i++)
        open += attempts->fds[i].fd >= 0;
    return open;
}

static void wait_for_all(struct attempts *attempts)
{
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;
    int64_t left_ms;

    while (count_open(attempts) > 0 && (left_ms = until_ms - clock_monotonic_ms()) > 0 &&
           poll(attempts->fds, attempts->count, (int)left_ms) > 0) {
        for (size_t i = 0; i < attempts->count; i++) {
            if (attempts->fds[i].fd >= 0 && attempts->fds[i].revents != 0)
                end(attempts, i);
        }
    }
    for (size_t i = 0; i < attempts->count; i++) {
        if (attempts->fds[i].fd >= 0)
            close(attempts->fds[i].fd);
    }
}

// Returns how many do (or do not) answer, and their names.
static size_t list(const struct attempts *attempts, bool answering, char out[LIST_SIZE])
{
    size_t count = 0;
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < attempts->count; i++) {
        if (attempts->answers[i] != answering)
            continue;
        count++;
        if (n < LIST_SIZE)
            n += (size_t)snprintf(
                out + n, LIST_SIZE - n, "%s%s", n > 0 ? ", " : "", attempts->names[i]);
    }
    return count;
}

int address_check_run(const char *name, uint16_t port, char text[ADDRESS_CHECK_TEXT_SIZE])
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    struct attempts attempts = {0};
    char service[8];
    char silent[LIST_SIZE];
    char heard[LIST_SIZE];

    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(name, service, &hints, &found) != 0)
        return 0;

    const struct addrinfo *next = found->ai_next != NULL ? found : NULL; // else none to compare

    for (; next != NULL && attempts.count < ADDRESSES_MAX; next = next->ai_next)
        begin(&attempts, next);
    freeaddrinfo(found);
    wait_for_all(&attempts);
    if (list(&attempts, false, silent) == 0 || list(&attempts, true, heard) == 0)
        return 0;
    snprintf(text, ADDRESS_CHECK_TEXT_SIZE,
        "%s resolves to %s, where nothing listens on port %u, and to %s, where something does: let "
        "it listen on all of them, or remove the others from DNS or /etc/hosts",
        name, silent, port, heard);
    return 1;
}

// As struct download_config_judge.judge.
static int add(const char *name, void *ctx, struct err *err)
{
    struct targets *targets = ctx;

    (void)err;
    for (size_t i = 0; i < targets->count; i++) {
        if (strcmp(targets->list[i].name, name) == 0 && targets->list[i].port == targets->port)
            return 0;
    }
    if (targets->count == TARGETS_MAX)
        return 0;
    snprintf(targets->list[targets->count].name, NAME_SIZE, "%s", name);
    targets->list[targets->count++].port = targets->port;
    return 0;
}

static void *run(void *ctx)
{
    struct targets *targets = ctx;

    for (size_t i = 0; i < targets->count; i++) {
        char text[ADDRESS_CHECK_TEXT_SIZE];

        if (address_check_run(targets->list[i].name, targets->list[i].port, text) > 0)
            log_warning("daemon", "%s", text);
    }
    free(targets);
    return NULL;
}

void address_check_start(const struct config *config, struct download *download)
{
    struct targets *targets = calloc(1, sizeof *targets);
    pthread_t thread;
    int line;
    int rc;

    if (targets == NULL)
        return;

    struct download_config_judge broker = {CONFIG_MEMBER_MQTT_SERVER, "", add, targets};
    struct download_config_judge server = {
        CONFIG_MEMBER_DOWNLOAD_SERVER, config->other_server, add, targets};

    targets->port = config->mqtt_port;
    add(config->mqtt_host, targets, NULL);
    rc = download_each_name(download, &broker, &line, NULL);
    targets->port = config->port;
    if (rc == 0 && config->public_port == 0) // else they lead to what stands before it
        rc = download_each_name(download, &server, &line, NULL);
    if (rc == 0 && pthread_create(&thread, NULL, run, targets) == 0)
        pthread_detach(thread);
    else
        free(targets);
}
