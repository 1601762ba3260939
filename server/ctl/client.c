// HTTP over the daemon's socket, or to a server.
#include "server/ctl/client.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include <curl/curl.h>

#include "server/ctl/client_explain.h"
#include "server/ctl/client_path.h"
#include "server/ctl/client_pool.h"
#include "server/ctl/client_tls.h"

#define CONNECT_TIMEOUT_MS 5000L
#define SILENCE_S 60L
#define REPEATS 40 // of a request that is done once, or changes nothing
#define REPEAT_PAUSE_MS 250
#define COOKIE_SIZE 256
#define REPLY_MAX ((size_t)512 * 1024 * 1024)

struct client {
    CURL *curl;
    const struct client_target *target;
    char cookie[COOKIE_SIZE]; // of a session, as NAME=VALUE
};

// Where an answer goes: a refusal is always kept, since it is for our own eyes.
struct sink {
    CURL *curl;
    FILE *stream; // NULL: keep everything, unless:
    int (*take)(const char *p, size_t n, void *ctx);
    void *ctx;
    int taken; // what that returned
    char last; // last byte that went to the stream
    char *p;
    size_t n;
    size_t room;
    char *next;   // of a list: the query for the next page, or NULL
    char *cookie; // of COOKIE_SIZE; NULL: none is kept
};

// While somebody logs in, as he has no token yet.
static bool bears_cookie(const struct client_target *target)
{
    return target->socket == NULL && target->server.token[0] == '\0';
}

int client_open(const struct client_target *target, struct client **out, struct err *err)
{
    struct client *client = calloc(1, sizeof *client);

    if (client == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a connection");
    client->target = target;
    client->curl = curl_easy_init();
    if (client->curl == NULL) {
        free(client);
        return err_set(err, ERR_NO_MEMORY, "no memory for a connection");
    }
    client_pool_join(target->pool, client->curl);
    *out = client;
    return 0;
}

void client_close(struct client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->curl);
    explicit_bzero(client->cookie, sizeof client->cookie);
    free(client);
}

static bool succeeded(CURL *curl)
{
    long status = 0;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status < 300;
}

// An answer may hold a token.
static void drop(struct sink *sink)
{
    if (sink->p != NULL)
        explicit_bzero(sink->p, sink->room);
    free(sink->p);
    sink->p = NULL;
}

static bool keep(struct sink *sink, const char *p, size_t n)
{
    if (n > REPLY_MAX - sink->n)
        return false;
    if (sink->n + n + 1 > sink->room) {
        size_t room = 2 * (sink->n + n + 1);
        char *grown = malloc(room); // not realloc(3), which leaves a copy

        if (grown == NULL)
            return false;
        if (sink->n > 0)
            memcpy(grown, sink->p, sink->n);
        drop(sink);
        sink->p = grown;
        sink->room = room;
    }
    memcpy(sink->p + sink->n, p, n);
    sink->n += n;
    sink->p[sink->n] = '\0';
    return true;
}

static size_t receive(char *p, size_t size, size_t count, void *ctx)
{
    struct sink *sink = ctx;
    size_t n = size * count;

    if (sink->take != NULL && succeeded(sink->curl)) {
        sink->taken = sink->take(p, n, sink->ctx);
        return sink->taken == 0 ? n : 0;
    }
    if (sink->stream == NULL || !succeeded(sink->curl))
        return keep(sink, p, n) ? n : 0;
    if (n > 0)
        sink->last = p[n - 1];
    return fwrite(p, 1, n, sink->stream);
}

// Set-Cookie: NAME=VALUE; ... (RFC 6265, 4.1.1): the session's alone is ever set.
static void keep_cookie(char cookie[COOKIE_SIZE], const char *p, size_t n)
{
    static const char begin[] = "set-cookie: ";
    size_t length = 0;

    if (n < sizeof begin || strncasecmp(p, begin, sizeof begin - 1) != 0)
        return;
    p += sizeof begin - 1;
    n -= sizeof begin - 1;
    while (length < n && length < COOKIE_SIZE - 1 && isgraph((unsigned char)p[length]) &&
           p[length] != ';')
        length++;
    memcpy(cookie, p, length);
    cookie[length] = '\0';
}

// Link: <?a=b&cursor=c>; rel="next", as the daemon writes it
static size_t receive_header(char *p, size_t size, size_t count, void *ctx)
{
    static const char begin[] = "link: <?";
    static const char end[] = ">; rel=\"next\"";
    struct sink *sink = ctx;
    size_t n = size * count;
    const char *to;

    if (sink->cookie != NULL)
        keep_cookie(sink->cookie, p, n);
    if (n < sizeof begin || strncasecmp(p, begin, sizeof begin - 1) != 0)
        return n;
    p += sizeof begin - 2; // the '?' belongs to it
    to = memmem(p, n - (sizeof begin - 2), end, sizeof end - 1);
    if (to != NULL) {
        free(sink->next);
        sink->next = strndup(p, (size_t)(to - p));
    }
    return to == NULL || sink->next != NULL ? n : 0;
}

static int set_up(
    struct client *client, const struct client_request *request, struct sink *sink, struct err *err)
{
    const struct client_target *target = client->target;
    int rc = 0;

    curl_easy_reset(client->curl); // keeps the connection
    if (target->socket != NULL)
        curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, target->socket);
    else
        rc = client_tls_set_up(client->curl, target->server.pin, err);
    curl_easy_setopt(client->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(client->curl, CURLOPT_PATH_AS_IS, 1L); // a name may be ".."
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_TIME,
        request->silence_s > 0 ? request->silence_s : SILENCE_S);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, sink);
    curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, receive_header);
    curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, sink);
    if (strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS,
            request->body != NULL ? (const char *)request->body : "");
        curl_easy_setopt(
            client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->size_bytes);
    }
    return rc;
}

#define KEY_SIZE 64

// The header, with random bytes as 32 hex digits (draft-ietf-httpapi-idempotency-key-header, 2.1).
static int make_key(char out[KEY_SIZE], struct err *err)
{
    uint8_t bytes[16];
    char digits[2 * sizeof bytes + 1];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return err_set(err, ERR_IO, "no random bytes: %m");
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
    snprintf(out, KEY_SIZE, "Idempotency-Key: \"%s\"", digits);
    return 0;
}

static int make_headers(const struct client *client, const struct client_request *request,
    struct curl_slist **out, struct err *err)
{
    const struct client_target *target = client->target;
    char text[SERVER_URL_SIZE + 32];
    char key[KEY_SIZE];
    int rc = request->once ? make_key(key, err) : 0;

    if (rc < 0)
        return rc;
    *out = curl_slist_append(NULL, "Expect:");
    if (request->type != NULL) {
        snprintf(text, sizeof text, "Content-Type: %s", request->type);
        curl_slist_append(*out, text);
    }
    if (request->last_event_id != NULL) {
        snprintf(text, sizeof text, "Last-Event-ID: %s", request->last_event_id);
        curl_slist_append(*out, text);
    }
    if (request->once)
        curl_slist_append(*out, key);
    if (target->socket == NULL && target->server.token[0] != '\0') {
        snprintf(text, sizeof text, "Authorization: Bearer %s", target->server.token);
        curl_slist_append(*out, text);
        explicit_bzero(text, sizeof text);
    }
    if (bears_cookie(target)) {
        // As a browser would, which alone may show a cookie.
        snprintf(text, sizeof text, "Origin: %s", target->server.url);
        curl_slist_append(*out, text);
    }
    if (client->cookie[0] != '\0') {
        snprintf(text, sizeof text, "Cookie: %s", client->cookie);
        curl_slist_append(*out, text);
        explicit_bzero(text, sizeof text);
    }
    return 0;
}

static void free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *at = headers; at != NULL; at = at->next)
        explicit_bzero(at->data, strlen(at->data));
    curl_slist_free_all(headers);
}

// Whether the daemon may have done what was asked, or not, and nobody has been told.
static bool is_lost(CURLcode code, int tries)
{
    return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
           code == CURLE_PARTIAL_FILE ||
           ((code == CURLE_COULDNT_CONNECT || code == CURLE_SSL_CONNECT_ERROR) && tries > 0);
}

// Whether it does no harm to do it twice. Who takes an answer in pieces goes on from where it was.
static bool may_repeat(const struct client_request *request, const struct sink *sink)
{
    return request->once ||
           (strcmp(request->method, "GET") == 0 && !request->is_look && sink->take == NULL);
}

// A daemon that has died is started again.
static CURLcode perform_again(struct client *client, struct sink *sink)
{
    static const struct timespec pause = {.tv_nsec = REPEAT_PAUSE_MS * 1000000L};
    CURLcode code = curl_easy_perform(client->curl);

    // What was passed on cannot be taken back.
    for (int tries = 0; sink->last == 0 && is_lost(code, tries) && tries < REPEATS; tries++) {
        nanosleep(&pause, NULL);
        sink->n = 0;
        free(sink->next);
        sink->next = NULL;
        code = curl_easy_perform(client->curl);
    }
    return code;
}

static int perform(
    struct client *client, const struct client_request *request, struct sink *sink, struct err *err)
{
    const struct client_target *target = client->target;
    char url[CLIENT_PATH_URL_SIZE];
    struct curl_slist *headers = NULL;
    CURLcode code;
    int rc = client_path_join(target, request->path, url, err);

    if (rc == 0)
        rc = set_up(client, request, sink, err);
    if (rc == 0)
        rc = make_headers(client, request, &headers, err);
    if (rc < 0)
        return rc;
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    sink->curl = client->curl;
    sink->cookie = bears_cookie(target) ? client->cookie : NULL;
    code =
        may_repeat(request, sink) ? perform_again(client, sink) : curl_easy_perform(client->curl);
    free_headers(headers);
    if (sink->taken != 0)
        return sink->taken;
    if (code != CURLE_OK)
        return client_tls_explain(client->curl, code, target, err);
    if (succeeded(client->curl))
        return 0;

    struct client_refusal refusal = {sink->p, sink->n, request->refusal};

    return client_explain_refusal(client->curl, &refusal, target, err);
}

int client_get_page(
    struct client *client, const char *path, struct client_page *out, struct err *err)
{
    struct client_request request = {.method = "GET", .path = path};
    struct sink sink = {0};
    int rc = perform(client, &request, &sink, err);

    if (rc == 0 && sink.p == NULL)
        rc = err_set(err, ERR_IO, "the daemon's answer is empty");
    if (rc < 0) {
        drop(&sink);
        free(sink.next);
        return rc;
    }
    *out = (struct client_page){sink.p, sink.n, sink.next};
    return 0;
}

int client_call(
    struct client *client, const struct client_request *request, json_t **out, struct err *err)
{
    struct sink sink = {0};
    json_error_t where;
    int rc = perform(client, request, &sink, err);

    if (rc == 0) {
        json_t *reply = json_loadb(sink.p != NULL ? sink.p : "", sink.n, JSON_ALLOW_NUL, &where);

        if (reply == NULL)
            rc = err_set(err, ERR_IO, "the daemon's answer is not JSON: %s", where.text);
        else
            *out = reply;
    }
    free(sink.next);
    drop(&sink);
    return rc;
}

int client_stream(
    struct client *client, const struct client_request *request, FILE *out, struct err *err)
{
    struct sink sink = {.stream = out};
    int rc = perform(client, request, &sink, err);

    if (rc == 0 && sink.last != '\n' && putc('\n', out) == EOF)
        rc = err_set(err, ERR_IO, "cannot write the daemon's answer");
    free(sink.next);
    drop(&sink);
    return rc;
}

int client_feed(struct client *client, const struct client_request *request,
    int (*take)(const char *p, size_t n, void *ctx), void *ctx, struct err *err)
{
    struct sink sink = {.take = take, .ctx = ctx};
    int rc = perform(client, request, &sink, err);

    drop(&sink);
    return rc;
}
