// Back-off, so that a broker that comes back is not overrun.
#include "server/mqtt/mqtt_delay.h"

#define MIN_MS 1000
#define MAX_MS 30000

int64_t mqtt_delay_ms(unsigned failures, uint32_t chance)
{
    int64_t delay_ms = MIN_MS;

    for (unsigned i = 1; i < failures && delay_ms < MAX_MS; i++)
        delay_ms *= 2;
    delay_ms += delay_ms / 4 * chance / UINT32_MAX;
    return delay_ms < MAX_MS ? delay_ms : MAX_MS;
}
