// Some alerts.
#include "server/alert/alert_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void alert_list_clear(struct alert_list *list)
{
    free(list->items);
    *list = (struct alert_list){0};
}

void alert_list_add(struct alert_list *list, const char *kind, const char *subject,
    const char *detail, int64_t now_ms)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 16 : 2 * list->room;
        struct alert *items = realloc(list->items, room * sizeof *items);

        if (items == NULL) {
            list->failed = true;
            return;
        }
        list->items = items;
        list->room = room;
    }

    struct alert *alert = &list->items[list->count++];

    *alert = (struct alert){.since_ms = now_ms, .seen_ms = now_ms};
    snprintf(alert->kind, sizeof alert->kind, "%s", kind);
    snprintf(alert->subject, sizeof alert->subject, "%s", subject);
    snprintf(alert->detail, sizeof alert->detail, "%s", detail);
}

const struct alert *alert_list_find(
    const struct alert_list *list, const char *kind, const char *subject)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].kind, kind) == 0 && strcmp(list->items[i].subject, subject) == 0)
            return &list->items[i];
    }
    return NULL;
}
