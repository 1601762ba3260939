// HTTP over the daemon's socket.
#include "server/ctl/client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include <curl/curl.h>

#define CONNECT_TIMEOUT_MS 5000L
#define SILENCE_S 60L
#define REPEATS 40 // of a request that is done once, or changes nothing
#define REPEAT_PAUSE_MS 250
#define REPLY_MAX ((size_t)512 * 1024 * 1024)

struct client {
    CURL *curl;
    const char *socket;
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
    char *next; // of a list: the query for the next page, or NULL
};

int client_open(const char *socket, struct client **out, struct err *err)
{
    struct client *client = calloc(1, sizeof *client);

    if (client == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a connection");
    client->socket = socket;
    client->curl = curl_easy_init();
    if (client->curl == NULL) {
        free(client);
        return err_set(err, ERR_NO_MEMORY, "no memory for a connection");
    }
    *out = client;
    return 0;
}

void client_close(struct client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->curl);
    free(client);
}

static bool succeeded(CURL *curl)
{
    long status = 0;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status < 300;
}

static bool keep(struct sink *sink, const char *p, size_t n)
{
    if (n > REPLY_MAX - sink->n)
        return false;
    if (sink->n + n + 1 > sink->room) {
        size_t room = 2 * (sink->n + n + 1);
        char *grown = realloc(sink->p, room);

        if (grown == NULL)
            return false;
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

// Link: <?a=b&cursor=c>; rel="next", as the daemon writes it
static size_t receive_header(char *p, size_t size, size_t count, void *ctx)
{
    static const char begin[] = "link: <?";
    static const char end[] = ">; rel=\"next\"";
    struct sink *sink = ctx;
    size_t n = size * count;
    const char *to;

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

static int explain_connect(const struct client *client, struct err *err)
{
    long number = 0;

    curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &number);
    if (number == EACCES || number == EPERM)
        return err_set(err, ERR_DENIED,
            "not allowed to talk to the daemon at %s: join the group secureesp (adduser NAME "
            "secureesp) and log in again",
            client->socket);
    if (number == ENOENT)
        return err_set(err, ERR_UNAVAILABLE,
            "no daemon at %s: is secureespd running (systemctl status secureespd), and is this its "
            "socket (--socket)?",
            client->socket);
    if (number == 0)
        number = ENOTCONN;
    errno = (int)number;
    return err_set(err, ERR_UNAVAILABLE,
        "cannot reach the daemon at %s: %m; is secureespd running (systemctl status secureespd)?",
        client->socket);
}

static int explain(const struct client *client, CURLcode code, struct err *err)
{
    switch (code) {
    case CURLE_COULDNT_CONNECT: return explain_connect(client, err);
    case CURLE_WRITE_ERROR:
        return err_set(err, ERR_IO, "cannot store or write the daemon's answer");
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(err, ERR_UNAVAILABLE,
            "the daemon at %s does not answer; its log says why (journalctl -u secureespd)",
            client->socket);
    default:
        return err_set(err, ERR_UNAVAILABLE,
            "the connection to the daemon at %s failed: %s; its log says why (journalctl -u "
            "secureespd)",
            client->socket, curl_easy_strerror(code));
    }
}

static int code_from_name(const char *name)
{
    for (int code = ERR_INVALID; code >= ERR_BUSY; code--) {
        if (strcmp(err_code_name(code), name) == 0)
            return code;
    }
    return ERR_IO;
}

static int explain_refusal(CURL *curl, const struct sink *sink, json_t **refusal, struct err *err)
{
    const char *name;
    const char *detail;
    long status = 0;
    json_t *reply = json_loadb(sink->p != NULL ? sink->p : "", sink->n, JSON_ALLOW_NUL, NULL);
    int rc;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (json_unpack(reply, "{s:s, s:{s:s}}", "detail", &detail, "error", "code", &name) == 0)
        rc = err_set(err, code_from_name(name), "%s", detail);
    else
        rc = err_set(err, ERR_IO, "the daemon answered with HTTP status %ld and no reason", status);
    if (refusal != NULL)
        *refusal = json_incref(reply);
    json_decref(reply);
    return rc;
}

static void set_up(struct client *client, const struct client_request *request, struct sink *sink)
{
    curl_easy_reset(client->curl); // keeps the connection
    curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
    curl_easy_setopt(client->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(client->curl, CURLOPT_PATH_AS_IS, 1L); // a name may be ".."
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_TIME, SILENCE_S);
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

static int make_headers(
    const struct client_request *request, struct curl_slist **out, struct err *err)
{
    char text[128];
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
    return 0;
}

// Whether the daemon may have done what was asked, or not, and nobody has been told.
static bool is_lost(CURLcode code, int tries)
{
    return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
           code == CURLE_PARTIAL_FILE || (code == CURLE_COULDNT_CONNECT && tries > 0);
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
    char url[8192];
    struct curl_slist *headers = NULL;
    size_t n = request->path == NULL
                   ? sizeof url
                   : (size_t)snprintf(url, sizeof url, "http://localhost%s", request->path);
    CURLcode code;
    int rc;

    if (n >= sizeof url)
        return err_set(err, ERR_INVALID,
            "what is given makes a request line of %zu bytes, of at most %zu: give less at a time",
            n, sizeof url - 1);
    rc = make_headers(request, &headers, err);
    if (rc < 0)
        return rc;
    set_up(client, request, sink);
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    sink->curl = client->curl;
    code =
        may_repeat(request, sink) ? perform_again(client, sink) : curl_easy_perform(client->curl);
    rc = sink->taken != 0          ? sink->taken
         : code != CURLE_OK        ? explain(client, code, err)
         : succeeded(client->curl) ? 0
                                   : explain_refusal(client->curl, sink, request->refusal, err);
    curl_slist_free_all(headers);
    return rc;
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
        free(sink.p);
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
    free(sink.p);
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
    free(sink.p);
    return rc;
}

int client_feed(struct client *client, const struct client_request *request,
    int (*take)(const char *p, size_t n, void *ctx), void *ctx, struct err *err)
{
    struct sink sink = {.take = take, .ctx = ctx};
    int rc = perform(client, request, &sink, err);

    free(sink.p);
    return rc;
}
