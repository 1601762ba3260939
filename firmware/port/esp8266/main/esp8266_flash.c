// The seam's regions on the SDK's partitions.
#include "firmware/port/esp8266/main/esp8266_flash.h"

#include <stdbool.h>
#include <stdlib.h>

#include <esp_image_format.h>
#include <esp_log.h>
#include <esp_spi_flash.h>

#include "common/image_descriptor.h"
#include "firmware/port/esp8266/main/image_bounds.h"

#define FILES_SUBTYPE ((esp_partition_subtype_t)0x40) // partitions/*.csv

static const esp_partition_t *regions[] = {
    [PORT_SLOT_0] = NULL,
    [PORT_SLOT_1] = NULL,
    [PORT_FILES] = NULL,
};

static bool contains(enum port_region region, size_t offset, size_t n)
{
    return offset <= regions[region]->size && n <= regions[region]->size - offset;
}

int esp8266_flash_read(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    (void)port;
    if (!contains(region, offset, n))
        return PORT_FAILED;
    return esp_partition_read(regions[region], offset, p, n) == ESP_OK ? 0 : PORT_FAILED;
}

int esp8266_flash_erase(struct port *port, enum port_region region, size_t offset)
{
    (void)port;
    if (!contains(region, offset, SPI_FLASH_SEC_SIZE))
        return PORT_FAILED;
    return esp_partition_erase_range(regions[region], offset, SPI_FLASH_SEC_SIZE) == ESP_OK
               ? 0
               : PORT_FAILED;
}

int esp8266_flash_write(
    struct port *port, enum port_region region, size_t offset, const uint8_t *p, size_t n)
{
    (void)port;
    if (!contains(region, offset, n))
        return PORT_FAILED;
    return esp_partition_write(regions[region], offset, p, n) == ESP_OK ? 0 : PORT_FAILED;
}

int esp8266_flash_sync(struct port *port, enum port_region region)
{
    (void)port; // nothing is kept back
    (void)region;
    return 0;
}

size_t esp8266_flash_image_size(const struct port *port, enum port_region slot)
{
    const esp_partition_pos_t place = {
        .offset = regions[slot]->address,
        .size = regions[slot]->size,
    };
    esp_image_metadata_t image;
    size_t size;

    if (!image_bounds_hold(slot) ||
        esp_image_load(ESP_IMAGE_VERIFY_SILENT, &place, &image) != ESP_OK)
        return 0;
    size = image.image_len + IMAGE_DESCRIPTOR_MAX;
    return size < port->slot_size ? size : port->slot_size;
}

size_t esp8266_flash_factory_size(struct port *port)
{
    return esp8266_flash_image_size(port, PORT_SLOT_0);
}

static const esp_partition_t *find(esp_partition_type_t type, esp_partition_subtype_t subtype)
{
    const esp_partition_t *partition = esp_partition_find_first(type, subtype, NULL);

    if (partition == NULL) {
        ESP_LOGE("flash", "no partition of type %d, subtype 0x%x: flash the partition table",
            (int)type, (unsigned)subtype);
        abort();
    }
    return partition;
}

void esp8266_flash_attach(struct port *port)
{
    regions[PORT_SLOT_0] = find(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_0);
    regions[PORT_SLOT_1] = find(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_1);
    regions[PORT_FILES] = find(ESP_PARTITION_TYPE_DATA, FILES_SUBTYPE);
    port->slot_size = regions[PORT_SLOT_0]->size;
    port->files_size = regions[PORT_FILES]->size;
    port->sector_size = SPI_FLASH_SEC_SIZE;
}

const esp_partition_t *esp8266_flash_partition(enum port_region region)
{
    return regions[region];
}
