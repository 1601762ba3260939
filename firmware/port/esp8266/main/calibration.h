#ifndef FIRMWARE_PORT_ESP8266_MAIN_CALIBRATION_H
#define FIRMWARE_PORT_ESP8266_MAIN_CALIBRATION_H

// Makes the SDK's store (NVS) ready, in which it keeps the radio's calibration and nothing else.
// Whatever is wrong with it, the device goes on: the radio is calibrated anew.
void calibration_start(void);

#endif
