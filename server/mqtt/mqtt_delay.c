// Back-off, so that a broker that comes back is not overrun.
#include "server/mqtt/mqtt_delay.h"

#include <poll.h>
#include <sys/random.h>

#include "server/mqtt/mqtt_handle.h"

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

void mqtt_delay_wait(unsigned failures, int wake_fd)
{
    struct pollfd fd = {.fd = wake_fd, .events = POLLIN};
    uint32_t chance = 0;

    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) < 0)
        chance = UINT32_MAX / 2;
    if (poll(&fd, 1, (int)mqtt_delay_ms(failures, chance)) > 0)
        mqtt_handle_clear_wake(wake_fd);
}
