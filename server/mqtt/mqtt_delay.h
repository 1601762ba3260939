#ifndef MQTT_DELAY_H
#define MQTT_DELAY_H

#include <stdint.h>

// How long to wait before the next attempt to connect after `failures` (from 1) in a row: doubles
// from 1 s to 30 s, with up to a quarter more by chance (any 32 bits), never more than 30 s.
int64_t mqtt_delay_ms(unsigned failures, uint32_t chance);

// Waits so long, or until wake_fd (an eventfd) says something.
void mqtt_delay_wait(unsigned failures, int wake_fd);

#endif
