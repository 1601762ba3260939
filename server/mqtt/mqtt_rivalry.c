// Two clients in one place.
#include "server/mqtt/mqtt_rivalry.h"

#define SOON_MS 10000   // a connection that the broker ends within this is suspicious,
#define SOON_MIN 3      // so many in a row are
#define STEADY_MS 60000 // one that has lasted so long is a good one

void mqtt_rivalry_note_connected(struct mqtt_rivalry *rivalry, int64_t now_ms)
{
    rivalry->connected_at_ms = now_ms;
}

void mqtt_rivalry_note_end(
    struct mqtt_rivalry *rivalry, bool was_connected, bool by_broker, int64_t now_ms)
{
    int64_t lasted_ms = was_connected ? now_ms - rivalry->connected_at_ms : 0;

    if (!was_connected || !by_broker) // a broker that is down is no rival
        rivalry->soon_lost = 0;
    else
        rivalry->soon_lost = lasted_ms < SOON_MS ? rivalry->soon_lost + 1 : 0;
    if (lasted_ms >= STEADY_MS)
        rivalry->failures = 0;
    if (rivalry->failures < 100)
        rivalry->failures++;
}

bool mqtt_rivalry_is_likely(const struct mqtt_rivalry *rivalry)
{
    return rivalry->soon_lost >= SOON_MIN;
}

bool mqtt_rivalry_is_over(struct mqtt_rivalry *rivalry, int64_t now_ms)
{
    if (!mqtt_rivalry_is_likely(rivalry) || now_ms - rivalry->connected_at_ms < STEADY_MS)
        return false;
    rivalry->soon_lost = 0;
    return true;
}
