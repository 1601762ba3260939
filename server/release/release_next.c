// What a device is offered, all in all.
#include "server/release/release_next.h"

#include <string.h>

int release_next_find(
    struct store *store, struct release_follow *follow, struct release_next *out, struct err *err)
{
    struct release_next next = {.answer = RELEASE_CURRENT, .pin = RELEASE_PIN_FREE};
    struct release_pin_way way = {.running = follow->running};
    int rc = release_follow_find(store, follow, err);

    if (rc < 0)
        return rc;
    way.members = follow->members;
    way.n = follow->n;
    if (follow->n > 0)
        next.answer = release_chain_next(way.members, way.n, way.running, &way.next);
    if (next.answer == RELEASE_NEXT)
        rc = release_pin_decide(store, follow->mac, &way, &next.pin, err);
    if (rc < 0)
        return rc;
    next.image = way.next;
    if (next.pin == RELEASE_PIN_ROLLOUT)
        memcpy(next.rollout, way.gate->rollout, sizeof next.rollout);
    *out = next;
    return 0;
}
