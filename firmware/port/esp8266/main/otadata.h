#ifndef FIRMWARE_PORT_ESP8266_MAIN_OTADATA_H
#define FIRMWARE_PORT_ESP8266_MAIN_OTADATA_H

#include <stdbool.h>

// What the SDK's functions do not tell about the boot loader's own record, which slot it selects.
struct otadata {
    bool is_blank; // as esptool leaves it
    bool is_good;  // one of its two entries is whole
};

// Neither if it cannot be read.
struct otadata otadata_read(void);

#endif
