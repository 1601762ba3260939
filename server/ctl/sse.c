// Server-sent events, decoded.
#include "server/ctl/sse.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_SIZE 32

struct bytes {
    char *p; // NUL behind it, unless it is NULL
    size_t n;
    size_t room;
};

struct sse {
    struct bytes line;
    struct bytes data;
    char type[TYPE_SIZE];
    char pending[SSE_ID_SIZE]; // of the message that has begun
    char id[SSE_ID_SIZE];
};

struct sse *sse_new(void)
{
    return calloc(1, sizeof(struct sse));
}

void sse_free(struct sse *sse)
{
    if (sse == NULL)
        return;
    free(sse->line.p);
    free(sse->data.p);
    free(sse);
}

const char *sse_id(const struct sse *sse)
{
    return sse->id;
}

void sse_restart(struct sse *sse)
{
    sse->line.n = sse->data.n = 0;
    sse->type[0] = '\0';
    memcpy(sse->pending, sse->id, sizeof sse->pending);
}

static int append(struct bytes *bytes, const char *p, size_t n)
{
    if (n > SSE_MESSAGE_MAX - bytes->n)
        return ERR_TOO_LARGE;
    if (bytes->n + n + 1 > bytes->room) {
        size_t room = 2 * (bytes->n + n + 1);
        char *grown = realloc(bytes->p, room);

        if (grown == NULL)
            return ERR_NO_MEMORY;
        bytes->p = grown;
        bytes->room = room;
    }
    memcpy(bytes->p + bytes->n, p, n);
    bytes->n += n;
    bytes->p[bytes->n] = '\0';
    return 0;
}

// An empty line ends a message. One without data only brings an id.
static int end_message(
    struct sse *sse, int (*each)(const struct sse_message *message, void *ctx), void *ctx)
{
    struct sse_message message = {.type = sse->type};
    int rc = 0;

    memcpy(sse->id, sse->pending, sizeof sse->id);
    if (sse->data.n > 0) {
        sse->data.p[--sse->data.n] = '\0'; // the last line's end
        message.data = sse->data.p;
        rc = each(&message, ctx);
    }
    sse->data.n = 0;
    sse->type[0] = '\0';
    return rc;
}

static bool is_named(const char *name, size_t n, const char *wanted)
{
    return strlen(wanted) == n && memcmp(name, wanted, n) == 0;
}

// A line of a message: NAME[:[ ]VALUE].
static int take_field(struct sse *sse, const char *line)
{
    size_t n = strcspn(line, ":");
    const char *value = line[n] == ':' ? line + n + 1 : line + n;
    int rc = 0;

    value += *value == ' ';
    if (is_named(line, n, "data")) {
        rc = append(&sse->data, value, strlen(value));
        if (rc == 0)
            rc = append(&sse->data, "\n", 1);
    } else if (is_named(line, n, "event")) {
        snprintf(sse->type, sizeof sse->type, "%s", value);
    } else if (is_named(line, n, "id") && strlen(value) < sizeof sse->pending) {
        snprintf(sse->pending, sizeof sse->pending, "%s", value);
    }
    return rc;
}

static int take_line(
    struct sse *sse, int (*each)(const struct sse_message *message, void *ctx), void *ctx)
{
    struct bytes *line = &sse->line;

    if (line->n > 0 && line->p[line->n - 1] == '\r')
        line->p[--line->n] = '\0';

    int rc = line->n == 0 ? end_message(sse, each, ctx) : take_field(sse, line->p);

    line->n = 0;
    return rc;
}

int sse_take(struct sse *sse, const char *p, size_t n,
    int (*each)(const struct sse_message *message, void *ctx), void *ctx)
{
    int rc = 0;

    while (rc == 0 && n > 0) {
        const char *end = memchr(p, '\n', n);
        size_t length = end != NULL ? (size_t)(end - p) : n;

        rc = append(&sse->line, p, length);
        if (rc == 0 && end != NULL)
            rc = take_line(sse, each, ctx);
        length += end != NULL;
        p += length;
        n -= length;
    }
    return rc;
}
