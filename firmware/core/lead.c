// The first bytes of an image, kept back until it is verified.
#include "firmware/core/lead.h"

#include <string.h>

size_t lead_keep(struct lead *lead, size_t offset, const uint8_t *p, size_t n)
{
    size_t kept = 0;

    for (; kept < n && offset + kept < LEAD_SIZE; kept++)
        lead->bytes[offset + kept] = p[kept];
    return kept;
}

int lead_read(
    struct port *port, unsigned slot, const struct lead *lead, size_t offset, uint8_t *p, size_t n)
{
    if (port->ops->flash_read(port, PORT_SLOT(slot), offset, p, n) != 0)
        return PORT_FAILED;
    if (lead == NULL)
        return 0;
    for (size_t i = 0; i < n && offset + i < LEAD_SIZE; i++)
        p[i] = lead->bytes[offset + i];
    return 0;
}

int lead_write(struct port *port, unsigned slot, const struct lead *lead)
{
    uint8_t back[LEAD_SIZE];

    if (port->ops->flash_write(port, PORT_SLOT(slot), 0, lead->bytes, LEAD_SIZE) != 0 ||
        port->ops->flash_sync(port, PORT_SLOT(slot)) != 0 ||
        port->ops->flash_read(port, PORT_SLOT(slot), 0, back, LEAD_SIZE) != 0)
        return PORT_FAILED;
    return memcmp(back, lead->bytes, LEAD_SIZE) == 0 ? 0 : PORT_FAILED;
}
