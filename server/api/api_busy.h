#ifndef API_BUSY_H
#define API_BUSY_H

#include <stdbool.h>

#include "server/base/err.h"

// Which keys of requests are under way, so that none is twice. Any thread.
struct api_busy;

// A key's place among them, on its request's stack.
struct api_busy_place {
    const char *key;
    struct api_busy_place *next;
};

ERR_CHECKED int api_busy_new(struct api_busy **out);
void api_busy_free(struct api_busy *busy); // NULL is allowed

// False if the key, which is borrowed, is there already; else it must leave.
bool api_busy_enter(struct api_busy *busy, struct api_busy_place *place, const char *key);
void api_busy_leave(struct api_busy *busy, struct api_busy_place *place);

#endif
