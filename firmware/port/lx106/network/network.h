#ifndef FIRMWARE_PORT_LX106_NETWORK_NETWORK_H
#define FIRMWARE_PORT_LX106_NETWORK_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/port/lx106/arguments.h"

// lwIP over the Ethernet: address by DHCP, names by DNS, time by SNTP.

// Prepares it for the MAC and the other arguments, which must outlive it.
void network_init(const struct arguments *arguments);

// Asks for an address.
void network_start(void);

// Whether there is one; writes it dotted, or "".
bool network_is_up(char ip[16]);

// Sets the clock from that server, again and again.
void network_start_clock(const char *ntp_server);

// Seconds since 1970, 0 while unknown.
int64_t network_time(void);

// Handles what has arrived and what is due. Returns after how many ms it must be called again.
uint32_t network_poll(void);

// What lwIP asks (lwipopts.h).
uint32_t network_random(void);
uint16_t network_sntp_port(void);
uint16_t network_dns_port(void);
void network_sntp_stamp(int32_t *seconds, uint32_t *fraction);
void network_sntp_time(uint32_t seconds, uint32_t fraction);

#endif
