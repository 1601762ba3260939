// How often the log speaks of what comes from the broker.
#include "server/ingest/ingest_lines.h"

#include <stdio.h>

#include "common/mac.h"
#include "server/base/clock.h"

#define DEVICES 4096 // lines in an hour
#define OTHERS 64

int ingest_lines_init(struct ingest_lines *lines)
{
    pthread_mutex_init(&lines->mutex, NULL);
    lines->devices = hourly_new(DEVICES);
    lines->others = hourly_new(OTHERS);
    return lines->devices != NULL && lines->others != NULL ? 0 : ERR_NO_MEMORY;
}

void ingest_lines_clear(struct ingest_lines *lines)
{
    hourly_free(lines->devices);
    hourly_free(lines->others);
    pthread_mutex_destroy(&lines->mutex);
}

static bool ask(struct ingest_lines *lines, struct hourly *hourly, const char *key)
{
    pthread_mutex_lock(&lines->mutex);

    bool due = hourly_is_due(hourly, key, clock_monotonic_ms());

    pthread_mutex_unlock(&lines->mutex);
    return due;
}

bool ingest_lines_is_due(struct ingest_lines *lines, const char *kind, const char *mac)
{
    char key[32 + MAC_SIZE];

    snprintf(key, sizeof key, "%s %s", kind, mac);
    return ask(lines, lines->devices, key);
}

bool ingest_lines_is_other_due(struct ingest_lines *lines, const char *what)
{
    return ask(lines, lines->others, what);
}
