// What the broker says, until there is time for it.
#include "server/homeassistant/homeassistant_inbox.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/base/log.h"
#include "server/model/broker_topic.h"
#include "server/model/homeassistant_topic.h"

#define FIRST 64

int homeassistant_inbox_init(struct homeassistant_inbox *inbox)
{
    pthread_condattr_t attributes;

    *inbox = (struct homeassistant_inbox){.is_connected = false};
    if (pthread_condattr_init(&attributes) != 0)
        return ERR_NO_MEMORY;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&inbox->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&inbox->mutex, NULL);
    return 0;
}

void homeassistant_inbox_clear(struct homeassistant_inbox *inbox)
{
    pthread_cond_destroy(&inbox->changed);
    pthread_mutex_destroy(&inbox->mutex);
    free(inbox->found);
}

static void take_order(struct homeassistant_inbox *inbox, const uint8_t *payload, size_t n)
{
    struct homeassistant_order order;
    struct err err = {0};

    if (homeassistant_order_decode(payload, n, &order, &err) < 0) {
        log_warning(
            "homeassistant", "the broker's report cannot be read reason=\"%s\"", err.message);
        return;
    }
    pthread_mutex_lock(&inbox->mutex);
    if (inbox->order_count < HOMEASSISTANT_INBOX_ORDERS)
        inbox->orders[inbox->order_count++] = order;
    pthread_mutex_unlock(&inbox->mutex);
}

static void add_found(struct homeassistant_inbox *inbox, const char *mac)
{
    size_t capacity = inbox->found_capacity > 0 ? 2 * inbox->found_capacity : FIRST;
    void *found;

    if (inbox->found_count == HOMEASSISTANT_INBOX_FOUND)
        return;
    if (inbox->found_count == inbox->found_capacity) {
        found = reallocarray(inbox->found, capacity, sizeof *inbox->found);
        if (found == NULL)
            return;
        inbox->found = found;
        inbox->found_capacity = capacity;
    }
    memcpy(inbox->found[inbox->found_count++], mac, MAC_SIZE);
}

static void signal_change(struct homeassistant_inbox *inbox)
{
    pthread_cond_signal(&inbox->changed);
}

bool homeassistant_inbox_take(
    struct homeassistant_inbox *inbox, const char *topic, const uint8_t *payload, size_t n)
{
    static const char online[] = "online";
    struct homeassistant_topic parsed = {.kind = HOMEASSISTANT_TOPIC_COUNT};
    bool is_birth = strcmp(topic, HOMEASSISTANT_TOPIC_BIRTH) == 0;

    if (strcmp(topic, BROKER_TOPIC_ORDERS) == 0) {
        take_order(inbox, payload, n);
    } else if (is_birth || homeassistant_topic_parse(topic, &parsed)) {
        pthread_mutex_lock(&inbox->mutex);
        if (is_birth && n == sizeof online - 1 && memcmp(payload, online, n) == 0)
            inbox->is_born = true;
        if (parsed.kind == HOMEASSISTANT_TOPIC_CONFIG && n > 0)
            add_found(inbox, parsed.mac);
        pthread_mutex_unlock(&inbox->mutex);
    } else if (strncmp(topic, "homeassistant/", sizeof "homeassistant/" - 1) != 0) {
        return false;
    }
    signal_change(inbox);
    return true;
}

void homeassistant_inbox_note_connection(struct homeassistant_inbox *inbox, bool connected)
{
    pthread_mutex_lock(&inbox->mutex);
    inbox->is_connected = connected;
    inbox->is_new_connection = inbox->is_new_connection || connected;
    pthread_mutex_unlock(&inbox->mutex);
    signal_change(inbox);
}

void homeassistant_inbox_stop(struct homeassistant_inbox *inbox)
{
    pthread_mutex_lock(&inbox->mutex);
    inbox->is_stopping = true;
    pthread_mutex_unlock(&inbox->mutex);
    signal_change(inbox);
}

static bool has_something(const struct homeassistant_inbox *inbox)
{
    return inbox->is_stopping || inbox->is_born || inbox->is_new_connection ||
           inbox->order_count > 0;
}

void homeassistant_inbox_wait(struct homeassistant_inbox *inbox, int64_t timeout_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000 * 1000000);
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&inbox->mutex);
    while (!has_something(inbox) &&
           pthread_cond_timedwait(&inbox->changed, &inbox->mutex, &until) == 0)
        ;
    pthread_mutex_unlock(&inbox->mutex);
}
