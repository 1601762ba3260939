#ifndef TEST_UNIT_SERVER_HOMEASSISTANT_KEPT_MESSAGES_H
#define TEST_UNIT_SERVER_HOMEASSISTANT_KEPT_MESSAGES_H

// A broker that keeps messages, of which tests look at the last.

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/clock.h"
#include "server/homeassistant/homeassistant_drive.h"

#define PATIENCE_MS 20000
#define KEPT_MAX 32

static struct broker {
    pthread_mutex_t mutex;
    bool is_there;
    size_t count, published;
    char last[64]; // topic
    struct {
        char topic[64];
        char payload[8192];
    } kept[KEPT_MAX];
} broker = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static inline int publish(const char *topic, const void *payload, size_t n, void *ctx)
{
    size_t i = 0;
    int rc = ERR_UNAVAILABLE;

    (void)ctx;
    pthread_mutex_lock(&broker.mutex);
    while (i < broker.count && strcmp(broker.kept[i].topic, topic) != 0)
        i++;
    if (broker.is_there) {
        rc = 0;
        broker.published++;
        snprintf(broker.last, sizeof broker.last, "%s", topic);
        broker.count += i == broker.count;
        snprintf(broker.kept[i].topic, sizeof broker.kept[i].topic, "%s", topic);
        snprintf(broker.kept[i].payload, sizeof broker.kept[i].payload, "%.*s", (int)n,
            n > 0 ? (const char *)payload : "");
    }
    pthread_mutex_unlock(&broker.mutex);
    return rc;
}

// Whether what is kept there has that text in it; "": something; NULL: nothing is kept.
static inline bool keeps(const char *topic, const char *text)
{
    bool found = false;

    pthread_mutex_lock(&broker.mutex);
    for (size_t i = 0; i < broker.count; i++) {
        if (strcmp(broker.kept[i].topic, topic) == 0 && broker.kept[i].payload[0] != '\0')
            found = text == NULL || strstr(broker.kept[i].payload, text) != NULL;
    }
    pthread_mutex_unlock(&broker.mutex);
    return text == NULL ? !found : found;
}

static inline void wait_until_kept(const char *topic, const char *text)
{
    for (int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS; !keeps(topic, text);) {
        if (clock_monotonic_ms() > until_ms)
            fail_msg("%s: no %s", topic, text != NULL ? text : "(nothing)");
        (void)usleep(10000);
    }
}

static inline size_t published(void)
{
    pthread_mutex_lock(&broker.mutex);

    size_t count = broker.published;

    pthread_mutex_unlock(&broker.mutex);
    return count;
}

static inline void set_there(struct homeassistant_drive *drive, bool is_there)
{
    pthread_mutex_lock(&broker.mutex);
    broker.is_there = is_there;
    pthread_mutex_unlock(&broker.mutex);
    homeassistant_drive_note_connection(drive, is_there);
}

static inline void lose_all(void)
{
    pthread_mutex_lock(&broker.mutex);
    broker.count = 0;
    pthread_mutex_unlock(&broker.mutex);
}

#endif
