#ifndef FIRMWARE_PORT_LX106_NETWORK_ETHERNET_H
#define FIRMWARE_PORT_LX106_NETWORK_ETHERNET_H

#include <lwip/netif.h>

// The board's Ethernet controller (OpenCores Ethernet MAC), below lwIP.

// lwIP's netif_init_fn: netif->hwaddr must be set.
err_t ethernet_init(struct netif *netif);

// Hands the frames that have arrived to lwIP, and takes back their interrupt.
void ethernet_poll(struct netif *netif);

#endif
