// The queue of events that wait for the broker.
#include "firmware/core/events.h"

#include <string.h>

#include "common/contract.h"
#include "firmware/core/files.h"

static size_t first_length(const struct events *events)
{
    const char *end = memchr(events->lines, '\n', events->used);

    return end == NULL ? 0 : (size_t)(end - events->lines);
}

// Whether it may be a line of events_add(): one that cannot be sent would stay the first for ever.
static bool line_is_good(const char *line, size_t n)
{
    if (n < 2 || n >= REPORT_SIZE || line[0] != '{' || line[n - 1] != '}')
        return false;
    for (size_t i = 0; i < n; i++) {
        if (line[i] < ' ' || line[i] > '~')
            return false;
    }
    return true;
}

void events_load(struct events *events, struct port *port)
{
    int n = files_read(port, EVENTS_FILE, (uint8_t *)events->lines, EVENTS_SIZE);
    const char *line = events->lines;
    const char *end = line + (n > 0 && n <= EVENTS_SIZE ? n : 0);
    const char *newline;

    events->used = 0;
    events->first_is_sent = false;
    for (; (newline = memchr(line, '\n', (size_t)(end - line))) != NULL; line = newline + 1) {
        size_t length = (size_t)(newline - line);

        if (!line_is_good(line, length))
            continue;
        memmove(events->lines + events->used, line, length + 1);
        events->used += length + 1;
    }
    events->dirty = n > 0 && (size_t)n != events->used;
}

int events_save(struct events *events, struct port *port)
{
    int rc;

    if (!events->dirty)
        return 0;
    if (events->used == 0)
        rc = files_remove(port, EVENTS_FILE);
    else
        rc = files_write(port, EVENTS_FILE, (uint8_t *)events->lines, events->used);
    if (rc == 0)
        events->dirty = false;
    return rc;
}

static bool contains(const struct events *events, const char *line, size_t n)
{
    return memmem(events->lines, events->used, line, n) != NULL;
}

void events_add(struct events *events, const struct report_event *event)
{
    char line[REPORT_SIZE + 1];
    size_t n = report_write_event(event, line, REPORT_SIZE);

    if (n == 0)
        return;
    line[n++] = '\n';
    if (strcmp(event->kind, CONTRACT_EVENT_KIND_ERROR) == 0 ||
        strcmp(event->kind, CONTRACT_EVENT_KIND_ACCEPTED) == 0) {
        if (contains(events, line, n) || events->used + n > EVENTS_SIZE / 2)
            return;
    }
    while (events->used + n > EVENTS_SIZE)
        events_drop(events);
    memcpy(events->lines + events->used, line, n);
    events->used += n;
    events->dirty = true;
}

const char *events_first(const struct events *events, size_t *length)
{
    if (events->used == 0)
        return NULL;
    *length = first_length(events);
    return events->lines;
}

void events_drop(struct events *events)
{
    size_t n = first_length(events) + 1;

    if (events->used == 0)
        return;
    memmove(events->lines, events->lines + n, events->used - n);
    events->used -= n;
    events->dirty = true;
    events->first_is_sent = false;
}
