#ifndef HOMEASSISTANT_INBOX_H
#define HOMEASSISTANT_INBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/homeassistant/homeassistant_order.h"

#define HOMEASSISTANT_INBOX_ORDERS 64     // beyond, they are dropped
#define HOMEASSISTANT_INBOX_FOUND 1000000 // likewise

// What the broker says, until the thread that minds it has time. Any thread.
struct homeassistant_inbox {
    pthread_mutex_t mutex;
    pthread_cond_t changed; // by the monotonic clock
    bool is_connected, is_new_connection, is_born, is_stopping;
    size_t order_count;
    struct homeassistant_order orders[HOMEASSISTANT_INBOX_ORDERS];
    char (*found)[MAC_SIZE]; // devices of which the broker has an announcement
    size_t found_count, found_capacity;
};

int homeassistant_inbox_init(struct homeassistant_inbox *inbox);
void homeassistant_inbox_clear(struct homeassistant_inbox *inbox);

// False: it is not one of these topics. What is there is what the broker says: n bytes.
bool homeassistant_inbox_take(
    struct homeassistant_inbox *inbox, const char *topic, const uint8_t *payload, size_t n);
void homeassistant_inbox_note_connection(struct homeassistant_inbox *inbox, bool connected);
void homeassistant_inbox_stop(struct homeassistant_inbox *inbox);

// Waits until there is something, or so long.
void homeassistant_inbox_wait(struct homeassistant_inbox *inbox, int64_t timeout_ms);

#endif
