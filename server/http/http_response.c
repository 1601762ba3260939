// Answers, as handlers make them.
#include "server/http/http_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 1024
#define STREAM_BYTES ((uint64_t)4 * 1024 * 1024) // of one whose length is not known: its time

static void set_body(
    struct http_response *response, unsigned status, struct MHD_Response *body, uint64_t length)
{
    if (response->body != NULL)
        MHD_destroy_response(response->body);
    response->body = body;
    response->status = status;
    response->length = length;
    response->bytes = NULL;
}

static void set_type(struct http_response *response, const char *type)
{
    if (response->body != NULL)
        MHD_add_response_header(response->body, MHD_HTTP_HEADER_CONTENT_TYPE, type);
}

void http_response_set_text(
    struct http_response *response, unsigned status, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;

    va_start(args, format);

    int n = vsnprintf(text, sizeof text - 1, format, args);

    va_end(args);
    if (n < 0)
        n = 0;
    if ((size_t)n > sizeof text - 2)
        n = (int)sizeof text - 2;
    text[n++] = '\n';
    set_body(response, status,
        MHD_create_response_from_buffer((size_t)n, text, MHD_RESPMEM_MUST_COPY), (uint64_t)n);
    set_type(response, "text/plain; charset=utf-8");
}

void http_response_set_bytes(struct http_response *response, unsigned status, const char *type,
    const struct http_response_bytes *bytes)
{
    if (bytes->release == NULL)
        return;
    // libmicrohttpd only reads them, though it says void *.
    set_body(response, status,
        MHD_create_response_from_buffer_with_free_callback_cls(
            bytes->n, (void *)(uintptr_t)bytes->p, bytes->release, bytes->ctx),
        bytes->n);
    if (response->body == NULL)
        bytes->release(bytes->ctx);
    else
        response->bytes = bytes->p;
    set_type(response, type);
}

struct own {
    void *p;
    size_t n;
};

static void release_own(void *ctx)
{
    struct own *own = ctx;

    explicit_bzero(own->p, own->n);
    free(own->p);
    free(own);
}

struct http_response_bytes http_response_own(void *p, size_t n)
{
    struct own *own = malloc(sizeof *own);

    if (own == NULL) {
        explicit_bzero(p, n);
        free(p);
        return (struct http_response_bytes){0};
    }
    *own = (struct own){p, n};
    return (struct http_response_bytes){p, n, release_own, own};
}

struct stream {
    ssize_t (*read)(void *ctx, char *buffer, size_t max);
    void *ctx;
    void (*release)(void *ctx);
};

static ssize_t read_stream(void *cls, uint64_t position, char *buffer, size_t max)
{
    struct stream *stream = cls;
    ssize_t n = stream->read(stream->ctx, buffer, max);

    (void)position;
    return n > 0    ? n
           : n == 0 ? MHD_CONTENT_READER_END_OF_STREAM
                    : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void release_stream(void *cls)
{
    struct stream *stream = cls;

    stream->release(stream->ctx);
    free(stream);
}

void http_response_set_stream(struct http_response *response, const char *type,
    ssize_t (*read_body)(void *ctx, char *buffer, size_t max), void *ctx,
    void (*release)(void *ctx))
{
    struct stream *stream = malloc(sizeof *stream);

    if (stream == NULL) {
        release(ctx);
        return;
    }
    *stream = (struct stream){read_body, ctx, release};
    set_body(response, MHD_HTTP_OK,
        MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN, 32768, read_stream, stream, release_stream),
        STREAM_BYTES);
    if (response->body == NULL)
        release_stream(stream);
    set_type(response, type);
}

void http_response_set_reader(
    struct http_response *response, const char *type, struct MHD_Response *body)
{
    set_body(response, MHD_HTTP_OK, body, 0);
    set_type(response, type);
}

void http_response_on_end(struct http_response *response, const struct http_response_end *end)
{
    if (response->body == NULL) // no memory for it
        end->told(false, 0, end->ctx);
    else
        response->end = *end;
}

void http_response_set_empty(struct http_response *response, unsigned status)
{
    set_body(response, status, MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), 0);
}

void http_response_add_header(
    struct http_response *response, const char *name, const char *format, ...)
{
    va_list args;

    if (response->header_count == HTTP_RESPONSE_HEADERS_MAX)
        return;
    response->headers[response->header_count].name = name;
    va_start(args, format);
    vsnprintf(
        response->headers[response->header_count].value, HTTP_RESPONSE_VALUE_SIZE, format, args);
    va_end(args);
    response->header_count++;
}

void http_response_set_next(struct http_response *response, const char *target)
{
    char *value = NULL;

    if (response->body == NULL || asprintf(&value, "<%s>; rel=\"next\"", target) < 0)
        return;
    MHD_add_response_header(response->body, MHD_HTTP_HEADER_LINK, value);
    free(value);
}

const uint8_t *http_response_bytes_of(const struct http_response *response, size_t *n)
{
    *n = response->bytes != NULL ? (size_t)response->length : 0;
    return response->bytes;
}

unsigned http_response_status(const struct http_response *response)
{
    return response->status;
}
