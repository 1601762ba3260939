// Connections in the order in which they make room.
#include "server/http/http_crowd.h"

#include <stdbool.h>
#include <stddef.h>

void http_crowd_enter(struct http_crowd *crowd, struct http_crowd_place *place)
{
    enum http_crowd_phase phase = place->phase;

    if (phase == HTTP_CROWD_BUSY)
        return;
    place->older = crowd->newest[phase];
    place->newer = NULL;
    *(place->older != NULL ? &place->older->newer : &crowd->oldest[phase]) = place;
    crowd->newest[phase] = place;
    crowd->count[phase]++;
}

void http_crowd_leave(struct http_crowd *crowd, struct http_crowd_place *place)
{
    enum http_crowd_phase phase = place->phase;

    if (phase == HTTP_CROWD_BUSY)
        return;
    *(place->older != NULL ? &place->older->newer : &crowd->oldest[phase]) = place->newer;
    *(place->newer != NULL ? &place->newer->older : &crowd->newest[phase]) = place->older;
    crowd->count[phase]--;
}

struct http_deadline *http_crowd_oldest(
    const struct http_crowd *crowd, enum http_crowd_phase phase, int64_t latest_ms)
{
    const struct http_crowd_place *place = crowd->oldest[phase];

    return place != NULL && place->since_ms <= latest_ms ? place->deadline : NULL;
}

struct http_deadline *http_crowd_silent(const struct http_crowd *crowd, int64_t latest_ms)
{
    const struct http_crowd_place *unheard = crowd->oldest[HTTP_CROWD_UNHEARD];
    const struct http_crowd_place *heard = crowd->oldest[HTTP_CROWD_HEARD];
    bool is_unheard = unheard != NULL && (heard == NULL || unheard->since_ms < heard->since_ms);

    return http_crowd_oldest(crowd, is_unheard ? HTTP_CROWD_UNHEARD : HTTP_CROWD_HEARD, latest_ms);
}

void http_crowd_keep(struct http_crowd *crowd)
{
    while (crowd->count[HTTP_CROWD_HEARD] > crowd->count[HTTP_CROWD_KEPT] + 1) {
        struct http_crowd_place *place = crowd->oldest[HTTP_CROWD_HEARD];

        http_crowd_leave(crowd, place);
        place->phase = HTTP_CROWD_KEPT;
        http_crowd_enter(crowd, place);
    }
}
