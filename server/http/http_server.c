// The server on libmicrohttpd: how it starts, stops and is counted.
#include "server/http/http_server.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/unix_socket.h"
#include "server/http/http_accept.h"
#include "server/http/http_addresses.h"
#include "server/http/http_connection.h"
#include "server/http/http_deadline.h"
#include "server/http/http_exchange.h"
#include "server/http/http_feed.h"
#include "server/http/http_handshake.h"
#include "server/http/http_incoming.h"
#include "server/http/http_internal.h"
#include "server/http/http_listen.h"
#include "server/http/http_receipt.h"
#include "server/http/http_refusal.h"
#include "server/http/http_tls.h"
#include "server/http/http_turns.h"

#define CONNECTION_MEMORY (16 * 1024) // request line and headers, and what is read ahead
#define STACK_SIZE (256 * 1024)
// libmicrohttpd hands connections out by the numbers of their descriptors, so each thread has as
// many as another. A thread costs some 20 KB.
#define CONNECTIONS_PER_THREAD 10
#define THREADS_MAX 512

unsigned http_server_threads(unsigned max_connections, unsigned at_once)
{
    unsigned threads = max_connections / CONNECTIONS_PER_THREAD + 1;

    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    return threads > at_once ? threads : at_once;
}

static int listen_socket(const struct http_server_settings *settings, int *fd, struct err *err)
{
    *fd = -1;
    if (settings->socket_path != NULL)
        return unix_socket_listen(settings->socket_path, settings->socket_mode, fd, err);
    return http_listen_tcp(settings->address, settings->port, fd, err);
}

static int start_tls(struct http_server *server, struct err *err)
{
    const struct http_server_settings *settings = &server->settings;
    int rc = http_tls_new(settings, server->turns, &server->tls, err);

    return rc < 0 ? rc
                  : http_tls_load(server->tls, settings->certificate_file, settings->key_file, err);
}

// Since 1.0 libmicrohttpd mends what is against RFC 9112 - lines that are folded or end without CR,
// spaces in the target - before http_request_head_check() can see it, unless it is to be strict.
// Before, that had it close connections without an answer.
static int strictness(void)
{
    return MHD_get_version()[0] == '0' ? 0 : 1;
}

// With so many threads; NULL if there cannot be.
static struct MHD_Daemon *start_threads(struct http_server *server, unsigned threads)
{
    const struct http_server_settings *settings = &server->settings;
    // Not epoll: with it libmicrohttpd 0.9.75 turns in circles, at a whole processor, while a
    // client is in the middle of its handshake.
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC |
                     (settings->has_feeds ? MHD_ALLOW_SUSPEND_RESUME : 0u);

    struct MHD_OptionItem tls_options[] = {
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)http_tls_priorities()},
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)http_tls_retrieve},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem pool_options[] = {
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem no_options[] = {{MHD_OPTION_END, 0, NULL}};

    return MHD_start_daemon(flags | (server->tls != NULL ? MHD_USE_TLS : 0u), 0, NULL, NULL,
        http_exchange_access, server, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_LIMIT,
        settings->max_connections * threads, // a thread's share must hold all
        MHD_OPTION_CONNECTION_TIMEOUT, settings->socket_path == NULL ? settings->timeout_s : 0u,
        MHD_OPTION_STRICT_FOR_CLIENT, strictness(), MHD_OPTION_THREAD_STACK_SIZE,
        (size_t)STACK_SIZE, MHD_OPTION_UNESCAPE_CALLBACK, http_incoming_unescape, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, http_connection_see_line, server, MHD_OPTION_NOTIFY_CONNECTION,
        http_connection_notify, server, MHD_OPTION_NOTIFY_COMPLETED, http_exchange_complete, server,
        MHD_OPTION_ARRAY, server->tls != NULL ? tls_options : no_options, MHD_OPTION_ARRAY,
        threads > 1 ? pool_options : no_options, MHD_OPTION_END);
}

// With fewer threads where the system allows no more of them (a container's pids.max).
static int start_daemon(struct http_server *server, struct err *err)
{
    unsigned threads = server->settings.threads;

    server->daemon = start_threads(server, threads);
    while (server->daemon == NULL && threads > 1) {
        threads /= 2;
        server->daemon = start_threads(server, threads);
    }
    if (server->daemon == NULL)
        return err_set(err, ERR_IO, "cannot start the HTTP server");
    if (threads < server->settings.threads)
        log_warning("http",
            "fewer threads server=%s threads=%u wanted=%u: the system allows no more (TasksMax of "
            "the unit, ulimit -u); idle connections cost others more time",
            server->settings.name, threads, server->settings.threads);
    return 0;
}

static int start_accepting(struct http_server *server, struct err *err)
{
    int fd;
    int rc = listen_socket(&server->settings, &fd, err);

    if (rc < 0)
        return rc;
    server->owns_socket = server->settings.socket_path != NULL;
    rc = http_accept_start(server, fd, &server->accept, err);
    if (rc < 0)
        close(fd);
    return rc;
}

// What stands before the listening socket opens.
static int prepare(struct http_server *server, struct err *err)
{
    const struct http_server_settings *settings = &server->settings;
    int rc = http_deadline_start(
        settings->min_bytes_per_second, (int64_t)settings->timeout_s * 1000, &server->deadlines);

    if (rc == 0)
        rc = http_turns_new(settings->at_once, &server->turns);
    if (rc == 0 && settings->has_feeds)
        rc = http_feed_start(server, &server->feeds);
    if (rc == 0 && settings->max_connections_per_address > 0)
        rc = http_addresses_new(settings->max_connections_per_address, http_connection_make_room,
            http_connection_leave, server, &server->addresses);
    if (rc == 0 && settings->socket_path == NULL)
        rc = http_receipt_start(&server->receipts);
    if (rc == 0 && settings->socket_path == NULL)
        rc = http_clients_new(settings->max_connections_per_certificate, &server->clients);
    if (rc < 0)
        return err_set(err, rc, "no memory or thread for the HTTP server");
    rc = http_refusal_init(server, err);
    if (rc == 0 && settings->socket_path == NULL)
        rc = start_tls(server, err);
    return rc;
}

int http_server_start(
    const struct http_server_settings *settings, struct http_server **out, struct err *err)
{
    struct http_server *server = calloc(1, sizeof *server);
    int rc;

    if (server == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the HTTP server");
    server->settings = *settings;
    pthread_mutex_init(&server->handover, NULL);
    rc = prepare(server, err);
    if (rc == 0)
        rc = start_daemon(server, err);
    *out = server; // before the first request, whose handler may look at it
    if (rc == 0)
        rc = start_accepting(server, err);
    if (rc < 0) {
        *out = NULL;
        http_server_free(server, 0);
    }
    return rc;
}

static void remove_socket(struct http_server *server)
{
    if (server->owns_socket)
        unlink(server->settings.socket_path);
    server->owns_socket = false;
}

// Whether a client is owed something: an answer, or what the kernel still has of one.
static bool is_busy(struct http_server *server)
{
    return server->in_hand > 0 ||
           (server->receipts != NULL && http_receipt_is_under_way(server->receipts));
}

// Answers in hand are finished; the listening socket is closed first. Its file goes before it does:
// once nobody answers there, another daemon may put its own in that place.
static void drain(struct http_server *server, int64_t grace_ms)
{
    int fd = http_accept_stop(server->accept);
    int64_t until = clock_monotonic_ms() + grace_ms;
    struct timespec pause = {.tv_nsec = 10 * 1000000L};

    server->accept = NULL;
    remove_socket(server);
    if (fd >= 0)
        close(fd);
    http_feed_end(server->feeds);
    while (is_busy(server) && clock_monotonic_ms() < until)
        nanosleep(&pause, NULL);
    if (server->in_hand > 0)
        log_warning("http", "stopped with requests unfinished count=%llu",
            (unsigned long long)server->in_hand);
}

void http_server_free(struct http_server *server, int64_t grace_ms)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL) {
        drain(server, grace_ms);
        MHD_stop_daemon(server->daemon);
    }
    http_connection_clear(server);
    http_feed_stop(server->feeds);
    http_receipt_stop(server->receipts);
    http_deadline_stop(server->deadlines);
    http_addresses_free(server->addresses);
    http_clients_free(server->clients);
    http_tls_free(server->tls);
    http_turns_free(server->turns);
    pthread_mutex_destroy(&server->handover);
    free(server);
}

int http_server_reload(struct http_server *server, struct err *err)
{
    if (server->tls == NULL)
        return 0;
    return http_tls_load(
        server->tls, server->settings.certificate_file, server->settings.key_file, err);
}

size_t http_server_end_clients(
    struct http_server *server, bool (*match)(const uint8_t *der, size_t n, void *ctx), void *ctx)
{
    return server->clients != NULL ? http_clients_end(server->clients, match, ctx) : 0;
}

static void count_failures(struct http_handshake *failures, struct http_server_counters *out)
{
    out->no_certificate = http_handshake_count(failures, HTTP_HANDSHAKE_NO_CERTIFICATE);
    out->expired = http_handshake_count(failures, HTTP_HANDSHAKE_EXPIRED);
    out->untrusted = http_handshake_count(failures, HTTP_HANDSHAKE_UNTRUSTED);
    out->revoked = http_handshake_count(failures, HTTP_HANDSHAKE_REVOKED);
    out->refused_handshakes = out->no_certificate + out->expired + out->untrusted + out->revoked +
                              http_handshake_count(failures, HTTP_HANDSHAKE_DENIED);
    out->crowded = http_handshake_count(failures, HTTP_HANDSHAKE_CROWDED);
    out->distrusted = http_handshake_count(failures, HTTP_HANDSHAKE_DISTRUSTED);
    out->bad_handshakes = http_handshake_count(failures, HTTP_HANDSHAKE_PROTOCOL);
    out->broken_handshakes = http_handshake_count(failures, HTTP_HANDSHAKE_BROKEN);
}

static void count_answers(struct http_receipts *receipts, struct http_server_counters *out)
{
    struct http_receipt_counters answers;

    http_receipt_count(receipts, &answers);
    out->received = answers.received;
    out->unreceived = answers.lost;
    out->in_doubt = answers.expected;
    out->given_up = answers.given_up;
}

static void count_deadlines(struct http_deadlines *deadlines, struct http_server_counters *out)
{
    struct http_deadline_counters watched;

    http_deadline_count(deadlines, &watched);
    out->timed_out = watched.late;
    out->slow = watched.slow;
    out->left = watched.left;
    out->open = watched.open;
}

void http_server_read_counters(struct http_server *server, struct http_server_counters *out)
{
    *out = (struct http_server_counters){
        .full = server->full,
        .connections = server->connections,
        .waiting = server->waiting,
        .requests = server->requests,
        .bad_requests = server->bad_requests.total,
        .resumed = server->resumed,
        .refused_connections =
            server->addresses != NULL ? http_addresses_count_refused(server->addresses) : 0,
    };
    if (server->receipts != NULL)
        count_answers(server->receipts, out);
    if (server->clients != NULL)
        out->replaced = http_clients_count_replaced(server->clients);
    count_deadlines(server->deadlines, out);
    if (server->tls != NULL)
        count_failures(http_tls_failures(server->tls), out);
}
