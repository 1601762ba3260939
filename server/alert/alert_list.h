#ifndef ALERT_LIST_H
#define ALERT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/model/alert.h"

// Some alerts. All zero at the start.
struct alert_list {
    struct alert *items;
    size_t count, room;
    bool failed; // without memory
};

void alert_list_clear(struct alert_list *list);

// Adds one; the texts are cut where they are too long.
void alert_list_add(struct alert_list *list, const char *kind, const char *subject,
    const char *detail, int64_t now_ms);

const struct alert *alert_list_find(
    const struct alert_list *list, const char *kind, const char *subject);

#endif
