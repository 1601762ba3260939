// Which members of a device's app are announced.
#include "server/homeassistant/homeassistant_shown.h"

#include <stdio.h>
#include <string.h>

// Appends those of more that are not there, as absent.
static void join(struct homeassistant_members *members, const struct homeassistant_members *more)
{
    for (size_t i = 0; i < more->count && members->count < HOMEASSISTANT_MEMBERS_MAX; i++) {
        if (homeassistant_members_find(members, &more->items[i]) != NULL)
            continue;
        members->items[members->count] = more->items[i];
        members->items[members->count++].is_absent = true;
    }
}

// In the order in which they were announced first: a status says them in any.
static void take_in(struct homeassistant_members *shown, const struct homeassistant_members *now)
{
    struct homeassistant_members all = {0};

    for (size_t i = 0; i < shown->count; i++) {
        const struct homeassistant_member *sent = homeassistant_members_find(now, &shown->items[i]);

        all.items[all.count] = sent != NULL ? *sent : shown->items[i];
        all.items[all.count++].is_absent = sent == NULL;
    }
    for (size_t i = 0; i < now->count && all.count < HOMEASSISTANT_MEMBERS_MAX; i++) {
        if (homeassistant_members_find(&all, &now->items[i]) == NULL)
            all.items[all.count++] = now->items[i];
    }
    *shown = all;
}

void homeassistant_shown_take(
    struct homeassistant_shown *shown, const char *image, struct homeassistant_members *members)
{
    if (strcmp(shown->image, image) != 0) {
        struct homeassistant_members before = shown->members;

        snprintf(shown->image, sizeof shown->image, "%s", image);
        shown->members.count = 0;
        join(&shown->gone, &before);
    }
    take_in(&shown->members, members);

    struct homeassistant_members gone = shown->gone;

    shown->gone.count = 0;
    for (size_t i = 0; i < gone.count; i++) {
        if (homeassistant_members_find(&shown->members, &gone.items[i]) == NULL)
            shown->gone.items[shown->gone.count++] = gone.items[i];
    }
    *members = shown->members;
}
