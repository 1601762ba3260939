// One request over TLS.
#include "firmware/core/https.h"

#include <stdio.h>
#include <string.h>

static size_t fitting(int n, size_t size)
{
    return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

size_t https_write_request(
    const struct settings *settings, const char *name, const char *query, char *out, size_t size)
{
    const char *path = settings->download_path;
    int n = snprintf(out, size,
        "GET /%s%s%s%s%s HTTP/1.1\r\n"
        "User-Agent: secureesp-device\r\n"
        "Connection: close\r\n",
        path, path[0] == '\0' ? "" : "/", name, query == NULL ? "" : "?",
        query == NULL ? "" : query);

    return fitting(n, size);
}

size_t https_write_host(const struct settings_servers *servers, char *out, size_t size)
{
    int n = snprintf(
        out, size, "Host: %s:%u\r\n\r\n", settings_host(servers), (unsigned)settings_port(servers));

    return fitting(n, size);
}

static uint32_t now_ms(const struct https *https)
{
    return https->tls->port->ops->now_ms(https->tls->port);
}

static void start_times(struct https *https)
{
    timer_start(&https->stall, now_ms(https), HTTPS_STALL_MS);
    timer_start(&https->total, now_ms(https), HTTPS_GRACE_MS);
}

// A byte now and then is no progress: each earns its own time, no more.
static void count_received(struct https *https, size_t n)
{
    timer_start(&https->stall, now_ms(https), HTTPS_STALL_MS);
    https->total.length_ms += (uint32_t)n * HTTPS_MS_PER_BYTE;
}

static uint32_t time_left_ms(const struct https *https, uint32_t at_ms)
{
    return timer_min_ms(timer_left_ms(&https->stall, at_ms), timer_left_ms(&https->total, at_ms));
}

int https_open(struct https *https, const char *host, uint16_t tcp_port, struct failure *failure)
{
    if (https->out_size == 0)
        return failure_set(failure, RESULT_HTTP_MALFORMED, "request: is too long");

    int rc = tls_open(https->tls, TLS_PEER_DOWNLOAD, host, tcp_port, failure);

    if (rc < 0)
        return rc;
    https->phase = HTTPS_CONNECT;
    return 0;
}

static int open_server(struct https *https, struct failure *failure)
{
    size_t n = https_write_host(
        https->servers, https->request + https->host_at, sizeof https->request - https->host_at);

    https->out = (const uint8_t *)https->request;
    https->out_size = https->host_at == 0 || n == 0 ? 0 : https->host_at + n;
    return https_open(https, settings_host(https->servers), settings_port(https->servers), failure);
}

// rc says how it went with the first.
static int try_other(struct https *https, int rc, struct failure *failure)
{
    if (rc >= 0 || https->servers == NULL || https->has_turned || !settings_turn(https->servers))
        return rc;
    https->has_turned = true;
    failure_set(failure, RESULT_OK, "%s", ""); // how the first failed counts no more
    rc = open_server(https, failure);
    return rc == 0 ? STEP_AGAIN : rc;
}

int https_start(struct https *https, struct tls *tls, struct settings *settings, const char *name,
    const char *query, struct failure *failure)
{
    memset(https, 0, sizeof *https);
    https->tls = tls;
    https->servers = &settings->download;
    https->host_at =
        https_write_request(settings, name, query, https->request, sizeof https->request);

    int rc = try_other(https, open_server(https, failure), failure);

    return rc < 0 ? rc : 0;
}

static int step_connect(struct https *https, struct failure *failure)
{
    int rc = try_other(https, tls_step(https->tls, failure), failure);

    if (rc != STEP_DONE)
        return rc;
    https->phase = HTTPS_REQUEST;
    start_times(https);
    return STEP_AGAIN;
}

static int step_request(struct https *https, struct failure *failure)
{
    int n = tls_write(https->tls, https->out, https->out_size, failure);

    if (n < 0)
        return n == TLS_END ? failure_set(failure, RESULT_TRUNCATED, "answer: none") : n;
    https->out += n;
    https->out_size -= (size_t)n;
    if (https->out_size == 0) {
        https->phase = HTTPS_HEAD;
        http_response_head_init(&https->head);
    }
    return STEP_AGAIN;
}

static int end_head(struct https *https, struct failure *failure)
{
    const struct http_response_head *head = &https->head;

    if (head->status == 200 && !head->has_length)
        return failure_set(failure, RESULT_HTTP_MALFORMED, "answer: has no Content-Length");
    https->body_left = head->status == 204 || head->status == 304 ? 0
                       : head->has_length                         ? head->content_length
                                                                  : UINT32_MAX;
    https->phase = HTTPS_BODY;
    return STEP_DONE;
}

static int step_head(struct https *https, struct failure *failure)
{
    uint8_t bytes[sizeof https->early];
    int n = tls_read(https->tls, bytes, sizeof bytes, failure);

    if (n == TLS_END)
        return failure_set(failure, RESULT_TRUNCATED, "answer: ends in its head");
    if (n <= 0)
        return n == 0 ? STEP_AGAIN : n;
    count_received(https, (size_t)n);

    int used = http_response_head_feed(&https->head, bytes, (size_t)n, failure);

    if (used < 0)
        return used;
    if (!https->head.done)
        return STEP_AGAIN;
    https->early_used = (size_t)(n - used);
    memcpy(https->early, bytes + used, https->early_used);
    return end_head(https, failure);
}

static int check_time(const struct https *https, struct failure *failure)
{
    if (https->phase == HTTPS_CONNECT || time_left_ms(https, now_ms(https)) > 0)
        return 0;
    return failure_set_timeout(failure,
        https->phase == HTTPS_BODY ? ERROR_STEP_DOWNLOAD : ERROR_STEP_REQUEST, https->tls->host,
        "answer");
}

int https_step(struct https *https, struct failure *failure)
{
    int rc = check_time(https, failure);

    if (rc < 0)
        return rc;
    switch (https->phase) {
    case HTTPS_CONNECT: return step_connect(https, failure);
    case HTTPS_REQUEST: return step_request(https, failure);
    case HTTPS_HEAD: return step_head(https, failure);
    case HTTPS_BODY: return STEP_DONE;
    case HTTPS_IDLE: break;
    }
    return failure_set(failure, RESULT_CONNECT_FAILED, "not connected");
}

static int take_early(struct https *https, uint8_t *p, size_t n)
{
    if (n > https->early_used)
        n = https->early_used;
    memcpy(p, https->early, n);
    https->early_used -= n;
    memmove(https->early, https->early + n, https->early_used);
    return (int)n;
}

int https_read(struct https *https, uint8_t *p, size_t n, struct failure *failure)
{
    int got;

    if (https->body_left == 0)
        return TLS_END;
    if (n > https->body_left)
        n = https->body_left;
    if (https->early_used > 0)
        got = take_early(https, p, n);
    else
        got = tls_read(https->tls, p, n, failure);
    if (got == 0)
        return check_time(https, failure);
    if (got < 0 && !https->head.has_length)
        return TLS_END;
    if (got == TLS_END || got == -(int)RESULT_CONNECT_FAILED)
        return failure_set(failure, RESULT_TRUNCATED, "answer: %lu bytes are missing",
            (unsigned long)https->body_left);
    if (got < 0)
        return got;
    count_received(https, (size_t)got);
    https->body_left -= (uint32_t)got;

    int rc = check_time(https, failure);

    return rc < 0 ? rc : got;
}

uint32_t https_wait_ms(const struct https *https, uint32_t at_ms)
{
    if (tls_is_busy(https->tls) || https->early_used > 0)
        return 0;
    if (https->phase == HTTPS_REQUEST && https->tls->unsent == 0)
        return 0;
    if (https->phase == HTTPS_BODY && https->body_left == 0) // whether the server closes or not
        return 0;
    if (https->phase == HTTPS_CONNECT)
        return timer_left_ms(&https->tls->deadline, at_ms);
    return time_left_ms(https, at_ms);
}

void https_stop(struct https *https)
{
    if (https->phase != HTTPS_IDLE)
        tls_close(https->tls);
    https->phase = HTTPS_IDLE;
}
