// GET as the ESP8266HTTPClient of deployed sketches does it.
#include "test/deployed/http_get.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "test/deployed/arena.h"
#include "test/deployed/deployed_report.h"

#define BUFFER_SIZE 192 // a line
#define ANSWER_MS 20000

// A connection, and a buffer in the arena for one line at a time.
struct exchange {
    struct tls_link *link;
    char *line;
};

static __attribute__((format(printf, 2, 3))) int put(
    struct exchange *exchange, const char *format, ...)
{
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(exchange->line, BUFFER_SIZE, format, arguments);
    va_end(arguments);
    if (n < 0 || n >= BUFFER_SIZE)
        return deployed_report_failure(
            FAILURE_ARENA, "a line of the request does not fit into its buffer");
    return tls_link_write(exchange->link, exchange->line, (size_t)n);
}

// What Arduino's HTTPUpdate sends.
static int put_updater(struct exchange *exchange, const struct http_get_question *question)
{
    const char *m = question->mac;
    int rc = put(exchange, "x-ESP8266-STA-MAC: %.2s:%.2s:%.2s:%.2s:%.2s:%.2s\r\n", m, m + 2, m + 4,
        m + 6, m + 8, m + 10);

    if (rc == 0)
        rc = put(exchange, "x-ESP8266-free-space: 2097152\r\nx-ESP8266-sketch-size: 462832\r\n");
    if (rc == 0)
        rc = put(exchange, "x-ESP8266-sketch-md5: 0cc175b9c0f1b6a831c399e269772661\r\n");
    if (rc == 0)
        rc = put(exchange, "x-ESP8266-chip-size: 4194304\r\nx-ESP8266-sdk-version: 2.2.2-dev\r\n");
    if (rc == 0)
        rc = put(exchange, "x-ESP8266-version: %s\r\nx-ESP8266-mode: sketch\r\n", question->image);
    return rc;
}

// HTTPUpdate asks with HTTP/1.0 and its own name, for the sake of chunked bodies. With HTTP/1.1,
// HTTPClient says what it would rather not get; it cannot read chunks either way.
static int send_request(struct exchange *exchange, const struct http_get_question *question)
{
    bool updater = question->has_updater && question->image != NULL;
    int rc = put(exchange, "GET %s/%s%s%s HTTP/1.%c\r\n", question->folder, question->name,
        question->image == NULL ? "" : "?curimage=", question->image == NULL ? "" : question->image,
        updater ? '0' : '1');

    if (rc == 0)
        rc = put(exchange, "Host: localhost:%u\r\nUser-Agent: %s\r\n", question->port,
            updater ? "ESP8266-http-Update" : "ESP8266HTTPClient");
    if (rc == 0 && !updater)
        rc = put(exchange, "Accept-Encoding: identity;q=1,chunked;q=0.1,*;q=0\r\n");
    if (rc == 0)
        rc = put(exchange, "Connection: %s\r\n", updater ? "close" : "keep-alive");
    if (rc == 0 && question->image != NULL)
        rc = put_updater(exchange, question);
    if (rc == 0)
        rc = put(exchange, "\r\n");
    return rc < 0 ? rc : tls_link_flush(exchange->link);
}

static int receive(struct tls_link *link, const uint8_t **p, size_t *n)
{
    int rc = tls_link_receive(link, ANSWER_MS, p, n);

    return rc == TLS_LINK_QUIET ? deployed_report_failure(FAILURE_NETWORK, "no answer") : rc;
}

// Reads a line of the head, without its CRLF.
static int read_line(struct exchange *exchange)
{
    struct tls_link *link = exchange->link;
    char *line = exchange->line;
    size_t used = 0;

    for (;;) {
        const uint8_t *p;
        size_t n, i;
        int rc = receive(link, &p, &n);

        if (rc < 0)
            return rc;
        for (i = 0; i < n && p[i] != '\n'; i++) {
            if (used == BUFFER_SIZE - 1)
                return deployed_report_failure(FAILURE_HTTP, "a line of the head is too long");
            line[used++] = (char)p[i];
        }
        if (i == n) {
            tls_link_consume(link, n);
            continue;
        }
        tls_link_consume(link, i + 1);
        if (used > 0 && line[used - 1] == '\r')
            used--;
        line[used] = '\0';
        return 0;
    }
}

// Takes note of a header.
static int take_header(char *line, struct http_get_answer *answer)
{
    char *value = strchr(line, ':');

    if (value == NULL)
        return deployed_report_failure(FAILURE_HTTP, "no header: %s", line);
    *value++ = '\0';
    value += strspn(value, " ");
    if (strcasecmp(line, "Transfer-Encoding") == 0)
        return deployed_report_failure(FAILURE_HTTP, "Transfer-Encoding: %s", value);
    if (strcasecmp(line, "x-MD5") == 0)
        snprintf(answer->md5, sizeof answer->md5, "%s", value);
    if (strcasecmp(line, "Content-Length") == 0) {
        answer->has_length = true;
        answer->length = strtoul(value, NULL, 10);
    }
    return 0;
}

static int read_head(struct exchange *exchange, struct http_get_answer *answer)
{
    char *line = exchange->line;
    int rc = read_line(exchange);

    if (rc < 0)
        return rc;
    if (sscanf(line, "HTTP/1.%*u %u", &answer->status) != 1)
        return deployed_report_failure(FAILURE_HTTP, "no status line: %s", line);
    for (;;) {
        rc = read_line(exchange);
        if (rc < 0 || line[0] == '\0')
            return rc;
        rc = take_header(line, answer);
        if (rc < 0)
            return rc;
    }
}

static int read_body(struct tls_link *link, const struct http_get_question *question, size_t length)
{
    while (length > 0) {
        const uint8_t *p;
        size_t n;
        int rc = receive(link, &p, &n);

        if (rc < 0)
            return rc;
        if (n > length)
            return deployed_report_failure(FAILURE_HTTP, "more bytes than Content-Length says");
        rc = question->take(question->ctx, p, n);
        if (rc < 0)
            return rc;
        tls_link_consume(link, n);
        length -= n;
    }
    return 0;
}

int http_get(
    struct tls_link *link, const struct http_get_question *question, struct http_get_answer *out)
{
    struct exchange exchange = {link, arena_take(BUFFER_SIZE)}; // released with the connection
    struct http_get_answer answer = {0};
    int rc;

    if (exchange.line == NULL)
        return deployed_report_failure(FAILURE_ARENA, "the arena is full: HTTP");
    rc = send_request(&exchange, question);
    if (rc == 0)
        rc = read_head(&exchange, &answer);
    if (rc == 0 && answer.status == 200) {
        if (!answer.has_length)
            return deployed_report_failure(FAILURE_HTTP, "no Content-Length");
        rc = question->begin(question->ctx, &answer);
        if (rc == 0)
            rc = read_body(link, question, answer.length);
    }
    *out = answer;
    return rc;
}
