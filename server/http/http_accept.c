// Takes connections as long as there is room for them.
#include "server/http/http_accept.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/pace.h"
#include "server/http/http_connection.h"
#include "server/http/http_deadline.h"

#define PAUSE_MS 20           // until it is looked again whether there is room
#define PAUSE_ROOM_MS 1       // the same, when there will be
#define END_MS 1000           // that the beginning or the end of a connection may take
#define AT_ONCE_SHARE 64      // of all places: what is made free at once
#define LOG_INTERVAL_MS 10000 // while there is none: one line for each, at most

struct http_accept {
    struct http_server *server;
    int listen_fd;
    int stop_fd; // eventfd
    pthread_t thread;
    // Of the thread alone:
    int error;             // of the last attempt that lacked something; errno
    unsigned files_end_at; // so many connections took all files; 0: there are some
    bool waits;            // the client that is next has found no room
    bool has_paused;       // for PAUSE_MS, as nobody made any
    bool has_ended;        // one for who is next
    int64_t asked_at_ms;   // since when that takes its time; 0: nobody is next
    struct pace pace;      // of the log
};

enum room { ROOM, NO_PLACE, NO_FILE };

// Whether only the descriptors are left that are for others. The system gives the lowest number.
static bool is_beyond(const struct http_accept *accept, int fd)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
           (rlim_t)fd + accept->server->settings.spare_files >= limit.rlim_cur;
}

static enum room find_room(struct http_accept *accept)
{
    unsigned connections = accept->server->places;

    if (accept->files_end_at > 0 && connections >= accept->files_end_at)
        return NO_FILE;
    accept->files_end_at = 0;
    return connections < accept->server->settings.max_connections ? ROOM : NO_PLACE;
}

static enum room take(struct http_accept *accept)
{
    struct sockaddr_storage address = {0};
    socklen_t n = sizeof address;
    int fd =
        accept4(accept->listen_fd, (struct sockaddr *)&address, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0) {
        bool is_lacking = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;

        accept->error = errno;
        return is_lacking ? NO_FILE : ROOM; // else that client has gone (accept(2))
    }
    http_connection_add(accept->server, fd, (struct sockaddr *)&address, n);
    accept->waits = false;
    accept->has_ended = false;
    accept->asked_at_ms = 0;
    if (is_beyond(accept, fd)) {
        accept->error = EMFILE;
        accept->files_end_at = accept->server->places;
    }
    return ROOM;
}

static void note(struct http_accept *accept, enum room room)
{
    const struct http_server_settings *settings = &accept->server->settings;
    unsigned connections = accept->server->places;

    if (!accept->waits)
        accept->server->full++;
    accept->waits = true;
    if (!pace_is_due(&accept->pace, LOG_INTERVAL_MS))
        return;

    unsigned long long total = accept->server->full;

    errno = accept->error;
    if (room == NO_FILE)
        log_warning("http",
            "no more files server=%s connections=%u reason=\"%m\" full_total=%llu: clients wait; "
            "raise the limit of open files (LimitNOFILE of the unit), or lower max_connections",
            settings->name, connections, total);
    else if (settings->makes_room)
        log_warning("http",
            "full server=%s connections=%u full_total=%llu: ended the one that was idle longest, "
            "of the user with most of them",
            settings->name, connections, total);
    else
        log_warning("http",
            "full server=%s max_connections=%u full_total=%llu: clients wait until one ends: the "
            "oldest that asks for nothing, if there is one; if this is no attack, raise "
            "max_connections",
            settings->name, connections, total);
}

// Whether the server has begun with all whom it took: from then on they count for their owners.
static bool have_all_begun(struct http_server *server)
{
    pthread_mutex_lock(&server->handover);

    bool have = server->handed_over == NULL;

    pthread_mutex_unlock(&server->handover);
    return have;
}

// Ends one for who is next, unless one is about to end, or some have just come and do not count yet
// for their owner: on a busy machine those of who has fewer would be ended.
static void end_one(struct http_accept *accept)
{
    int64_t now_ms = clock_monotonic_ms();

    if (accept->asked_at_ms == 0)
        accept->asked_at_ms = now_ms;
    if ((accept->has_ended || !have_all_begun(accept->server)) &&
        now_ms - accept->asked_at_ms < END_MS)
        return;
    http_deadline_end_first(accept->server->deadlines);
    accept->has_ended = true;
    accept->asked_at_ms = now_ms;
}

// Whether there will be room in a moment.
static bool make_room(struct http_accept *accept)
{
    const struct http_server_settings *settings = &accept->server->settings;
    struct http_deadlines *deadlines = accept->server->deadlines;
    // Several, or there would be places for no more than come in the time that the end of one
    // takes.
    unsigned at_once = 1 + settings->max_connections / AT_ONCE_SHARE;
    bool has_paused = accept->has_paused;

    accept->has_paused = false;
    if (settings->makes_room) {
        end_one(accept);
        return false;
    }
    if (accept->server->tls == NULL)
        return false;
    // Who has just come may be in the middle of his handshake: he has half of its time for himself,
    // or, where nobody has been there for so long, half of them have. Nobody waits for that of a
    // crowd.
    if (http_deadline_end_unheard(deadlines, at_once) > 0 ||
        http_deadline_end_old(
            deadlines, at_once, (int64_t)settings->handshake_timeout_s * 1000 / 2) > 0 ||
        http_deadline_end_crowded(deadlines, at_once) > 0 ||
        (has_paused && http_deadline_end_newer(deadlines, at_once) > 0))
        return true;
    accept->has_paused = true;
    return false;
}

static void *run(void *ctx)
{
    struct http_accept *accept = ctx;
    struct pollfd fds[] = {
        {.fd = accept->stop_fd, .events = POLLIN}, {.fd = accept->listen_fd, .events = POLLIN}};

    for (;;) {
        poll(fds, 2, -1);
        if (fds[0].revents != 0)
            return NULL;

        enum room room = find_room(accept);

        if (room == ROOM)
            room = take(accept);
        if (room == ROOM)
            continue;
        note(accept, room);
        poll(fds, 1, make_room(accept) ? PAUSE_ROOM_MS : PAUSE_MS);
    }
}

int http_accept_start(
    struct http_server *server, int listen_fd, struct http_accept **out, struct err *err)
{
    struct http_accept *accept = calloc(1, sizeof *accept);

    if (accept == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the HTTP server");
    accept->server = server;
    accept->listen_fd = listen_fd;
    accept->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (accept->stop_fd >= 0 && pthread_create(&accept->thread, NULL, run, accept) == 0) {
        *out = accept;
        return 0;
    }
    err_set(err, ERR_IO, "cannot start the HTTP server: %m");
    if (accept->stop_fd >= 0)
        close(accept->stop_fd);
    free(accept);
    return ERR_IO;
}

int http_accept_stop(struct http_accept *accept)
{
    if (accept == NULL)
        return -1;
    eventfd_write(accept->stop_fd, 1);
    pthread_join(accept->thread, NULL);
    close(accept->stop_fd);

    int listen_fd = accept->listen_fd;

    free(accept);
    return listen_fd;
}
