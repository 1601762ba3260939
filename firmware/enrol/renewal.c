// When the device's certificate is to be renewed.
#include "firmware/enrol/renewal.h"

#include <string.h>

#include "common/crc32.h"
#include "firmware/core/files.h"

#define YEAR_MAX 2105 // the last whole one that 32 bits of seconds hold

void renewal_load(struct renewal *renewal, struct port *port)
{
    if (files_read(port, RENEWAL_FILE, (uint8_t *)renewal, sizeof *renewal) != sizeof *renewal)
        *renewal = (struct renewal){RENEWAL_NONE, 0};
}

int renewal_store(const struct renewal *renewal, struct port *port)
{
    return files_write(port, RENEWAL_FILE, (const uint8_t *)renewal, sizeof *renewal);
}

// Seconds since 1970, within 32 bits. Years begin with March here: the day that some have more is
// the last one then.
static uint32_t seconds(const mbedtls_x509_time *time)
{
    const uint32_t month = (uint32_t)(time->mon + 9) % 12;
    const uint32_t year = (uint32_t)time->year - (month > 9);
    uint32_t days = year * 365 + year / 4 - year / 100 + year / 400;

    if (time->year > YEAR_MAX)
        return UINT32_MAX;
    if (time->year < 1970)
        return 0;
    days += (month * 153 + 2) / 5 + (uint32_t)time->day - 719469;
    return ((days * 24 + (uint32_t)time->hour) * 60 + (uint32_t)time->min) * 60 +
           (uint32_t)time->sec;
}

// Of the certificate's life; one that ends before it begins has none.
static uint32_t age_when_due(const char *mac, uint32_t life)
{
    const uint32_t share = crc32_update(0, (const uint8_t *)mac, strlen(mac)) & 0xff;

    return life - life / 3 + life / 2560 * share;
}

static uint32_t pause_s(uint32_t left)
{
    left /= 8;
    if (left < RENEWAL_PAUSE_MIN_S)
        return RENEWAL_PAUSE_MIN_S;
    return left < RENEWAL_PAUSE_MAX_S ? left : RENEWAL_PAUSE_MAX_S;
}

bool renewal_ask(const struct device *device)
{
    const uint32_t from = seconds(&device->identity.cert.valid_from);
    const uint32_t to = seconds(&device->identity.cert.valid_to);
    const uint32_t now = (uint32_t)device->port->ops->unix_time(device->port);
    struct renewal renewal;

    if (device->settings.enrol_server[0] == '\0' || to < from ||
        now < from + age_when_due(device->mac, to - from))
        return false;
    renewal_load(&renewal, device->port);
    // One that is further ahead was written with a wrong clock.
    if (renewal.next_at_s > now && renewal.next_at_s - now <= RENEWAL_PAUSE_MAX_S)
        return false;
    renewal.state = RENEWAL_ASKED;
    renewal.next_at_s = now + pause_s(to > now ? to - now : 0);
    return renewal_store(&renewal, device->port) == 0;
}
