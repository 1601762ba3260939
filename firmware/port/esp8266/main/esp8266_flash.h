#ifndef FIRMWARE_PORT_ESP8266_MAIN_ESP8266_FLASH_H
#define FIRMWARE_PORT_ESP8266_MAIN_ESP8266_FLASH_H

#include <esp_partition.h>

#include "firmware/port/port.h"

// The seam's regions on the SDK's partitions: ota_0, ota_1 and files. Enters their sizes; stops the
// program if the partition table lacks one, as it was not built from this port's.
void esp8266_flash_attach(struct port *port);

// The flash functions of struct port_ops, as port.h describes them.
int esp8266_flash_read(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n);
int esp8266_flash_erase(struct port *port, enum port_region region, size_t offset);
int esp8266_flash_write(
    struct port *port, enum port_region region, size_t offset, const uint8_t *p, size_t n);
int esp8266_flash_sync(struct port *port, enum port_region region);
size_t esp8266_flash_factory_size(struct port *port);

// NULL before that.
const esp_partition_t *esp8266_flash_partition(enum port_region region);

// How large the signed image in a slot is at most, 0 if there is no good one: its descriptor is
// behind the SDK's image and its hash, and where the signature behind that ends is not known here.
size_t esp8266_flash_image_size(const struct port *port, enum port_region slot);

#endif
