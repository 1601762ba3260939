// Connections in the order in which they make room.
#include "server/http/http_crowd.h"

#include <stddef.h>
#include <sys/ioctl.h>

#define UNHEARD_MS 100

static void append(struct http_crowd *crowd, struct http_crowd_place *place)
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

static void take_out(struct http_crowd *crowd, struct http_crowd_place *place)
{
    enum http_crowd_phase phase = place->phase;

    if (phase == HTTP_CROWD_BUSY)
        return;
    *(place->older != NULL ? &place->older->newer : &crowd->oldest[phase]) = place->newer;
    *(place->newer != NULL ? &place->newer->older : &crowd->newest[phase]) = place->older;
    crowd->count[phase]--;
}

void http_crowd_enter(struct http_crowd_member *member)
{
    struct http_crowd_place place = {.member = member, .phase = member->phase};

    member->in_all = member->in_crowd = place;
    append(member->all, &member->in_all);
    if (member->crowd != NULL)
        append(member->crowd, &member->in_crowd);
}

void http_crowd_leave(struct http_crowd_member *member)
{
    take_out(member->all, &member->in_all);
    if (member->crowd != NULL)
        take_out(member->crowd, &member->in_crowd);
}

void http_crowd_move(struct http_crowd_member *member, enum http_crowd_phase phase, int64_t now_ms)
{
    if (phase == member->phase)
        return;
    http_crowd_leave(member);
    member->phase = phase;
    member->since_ms = now_ms;
    http_crowd_enter(member);
}

bool http_crowd_is_unread(const struct http_crowd_member *member)
{
    int unread = 0;

    return ioctl(member->fd, FIONREAD, &unread) == 0 && unread > 0;
}

// The oldest of that phase; NULL if there is none.
static struct http_crowd_member *oldest(const struct http_crowd *crowd, enum http_crowd_phase phase)
{
    return crowd->oldest[phase] != NULL ? crowd->oldest[phase]->member : NULL;
}

static bool is_since(const struct http_crowd_member *member, int64_t latest_ms)
{
    return member != NULL && member->since_ms <= latest_ms;
}

struct http_crowd_member *http_crowd_unheard(struct http_crowd *crowd, int64_t now_ms)
{
    struct http_crowd_member *member;

    while (is_since(member = oldest(crowd, HTTP_CROWD_UNHEARD), now_ms - UNHEARD_MS)) {
        if (!http_crowd_is_unread(member))
            return member;
        http_crowd_move(member, HTTP_CROWD_HEARD, now_ms);
    }
    return NULL;
}

// The oldest of those that have asked nothing, and are not kept; NULL if there is none.
static struct http_crowd_member *find_silent(const struct http_crowd *crowd)
{
    struct http_crowd_member *unheard = oldest(crowd, HTTP_CROWD_UNHEARD);
    struct http_crowd_member *heard = oldest(crowd, HTTP_CROWD_HEARD);

    if (unheard == NULL || heard == NULL)
        return unheard != NULL ? unheard : heard;
    return unheard->since_ms < heard->since_ms ? unheard : heard;
}

struct http_crowd_member *http_crowd_old(const struct http_crowd *crowd, int64_t latest_ms)
{
    struct http_crowd_member *in_order[] = {
        oldest(crowd, HTTP_CROWD_KEPT), find_silent(crowd), oldest(crowd, HTTP_CROWD_IDLE)};

    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        if (is_since(in_order[i], latest_ms))
            return in_order[i];
    }
    return NULL;
}

struct http_crowd_member *http_crowd_newer(struct http_crowd *crowd)
{
    while (crowd->count[HTTP_CROWD_HEARD] > crowd->count[HTTP_CROWD_KEPT] + 1) {
        struct http_crowd_place *place = crowd->oldest[HTTP_CROWD_HEARD];

        take_out(crowd, place);
        place->phase = HTTP_CROWD_KEPT;
        append(crowd, place);
    }
    return find_silent(crowd);
}

unsigned http_crowd_silent(const struct http_crowd *crowd)
{
    return crowd->count[HTTP_CROWD_UNHEARD] + crowd->count[HTTP_CROWD_HEARD] +
           crowd->count[HTTP_CROWD_KEPT];
}

struct http_crowd *http_crowd_largest(const struct http_crowd *all)
{
    struct http_crowd *largest = NULL;

    for (int phase = HTTP_CROWD_UNHEARD; phase <= HTTP_CROWD_KEPT; phase++) {
        for (const struct http_crowd_place *p = all->oldest[phase]; p != NULL; p = p->newer) {
            struct http_crowd *crowd = p->member->crowd;

            if (crowd != NULL &&
                (largest == NULL || http_crowd_silent(crowd) > http_crowd_silent(largest)))
                largest = crowd;
        }
    }
    return largest;
}
