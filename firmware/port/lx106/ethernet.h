#ifndef FIRMWARE_PORT_LX106_ETHERNET_H
#define FIRMWARE_PORT_LX106_ETHERNET_H

#include <stdbool.h>

#include <lwip/netif.h>

// The board's Ethernet controller (OpenCores Ethernet MAC), below lwIP.

// lwIP's netif_init_fn: netif->hwaddr must be set.
err_t ethernet_init(struct netif *netif);

// Hands the frames that have arrived to lwIP.
void ethernet_poll(struct netif *netif);

// Takes back the interrupt; in the exception handler. Returns whether there was a reason for it.
bool ethernet_acknowledge(void);

#endif
