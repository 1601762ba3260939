// The seam's regions on the board's flash.
#include "firmware/port/lx106/board/lx106_flash.h"

#include <stdbool.h>

#include "common/image_descriptor.h"
#include "firmware/port/lx106/board/app_image.h"
#include "firmware/port/lx106/board/flash_map.h"
#include "firmware/port/lx106/board/nor.h"

static const struct {
    size_t offset;
    size_t size;
} regions[] = {
    [PORT_SLOT_0] = {FLASH_MAP_SLOT_0, FLASH_MAP_SLOT_SIZE},
    [PORT_SLOT_1] = {FLASH_MAP_SLOT_1, FLASH_MAP_SLOT_SIZE},
    [PORT_FILES] = {FLASH_MAP_FILES, FLASH_MAP_FILES_SIZE},
};

size_t lx106_flash_slot(unsigned slot)
{
    return regions[slot].offset;
}

static bool contains(enum port_region region, size_t offset, size_t n)
{
    return offset <= regions[region].size && n <= regions[region].size - offset;
}

int lx106_flash_read(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    (void)port;
    if (!contains(region, offset, n))
        return PORT_FAILED;
    nor_read(regions[region].offset + offset, p, n);
    return 0;
}

int lx106_flash_erase(struct port *port, enum port_region region, size_t offset)
{
    (void)port;
    if (!contains(region, offset, FLASH_MAP_SECTOR))
        return PORT_FAILED;
    return nor_erase(regions[region].offset + offset) == 0 ? 0 : PORT_FAILED;
}

int lx106_flash_write(
    struct port *port, enum port_region region, size_t offset, const uint8_t *p, size_t n)
{
    (void)port;
    if (!contains(region, offset, n))
        return PORT_FAILED;
    return nor_write(regions[region].offset + offset, p, n) == 0 ? 0 : PORT_FAILED;
}

int lx106_flash_sync(struct port *port, enum port_region region)
{
    (void)port; // nothing is kept back
    (void)region;
    return 0;
}

// How long the signature is stands behind it only: what is asked for is where the descriptor ends.
size_t lx106_flash_factory_size(struct port *port)
{
    struct app_image image;
    size_t size;

    nor_read(FLASH_MAP_SLOT_0, (uint8_t *)&image, sizeof image);
    if (image.magic != APP_IMAGE_MAGIC || image.size > FLASH_MAP_SLOT_SIZE)
        return 0;
    size = image.size + IMAGE_DESCRIPTOR_MAX;
    return size < port->slot_size ? size : port->slot_size;
}

void lx106_flash_attach(struct port *port)
{
    port->slot_size = FLASH_MAP_SLOT_SIZE;
    port->files_size = FLASH_MAP_FILES_SIZE;
    port->sector_size = FLASH_MAP_SECTOR;
}
