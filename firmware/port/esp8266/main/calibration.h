#ifndef FIRMWARE_PORT_ESP8266_MAIN_CALIBRATION_H
#define FIRMWARE_PORT_ESP8266_MAIN_CALIBRATION_H

#include <esp_err.h>

// The SDK keeps the radio's calibration in a store of its own (NVS), opens it before app_main(),
// and stops the program if that fails: a bad store would be a board that never starts again. So its
// esp_mac_init() is wrapped (the linker's --wrap): the store is made anew, and whatever comes of
// that, the device goes on, with a radio that is calibrated at each start.
esp_err_t __real_esp_mac_init(void);
esp_err_t __wrap_esp_mac_init(void);

#endif
