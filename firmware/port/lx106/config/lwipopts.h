#ifndef LX106_LWIPOPTS_H
#define LX106_LWIPOPTS_H

#include <stdint.h>

// lwIP without threads: everything happens in the one loop of main.c. Its memory comes from the one
// heap, so that the board's figures are of all that runs on it.
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 4

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ARP 1
#define LWIP_ICMP 1
#define LWIP_RAW 0
#define IP_REASSEMBLY 0
#define IP_FRAG 0
#define ARP_TABLE_SIZE 4
#define ARP_QUEUEING 0
#define ETH_PAD_SIZE 0

// One connection, as small as the Wi-Fi chip's own stack has it.
#define LWIP_TCP 1
#define TCP_MSS 536
#define TCP_WND (4 * TCP_MSS)
#define TCP_SND_BUF (2 * TCP_MSS)
#define TCP_SND_QUEUELEN 8
#define TCP_QUEUE_OOSEQ 0
#define TCP_LISTEN_BACKLOG 0
#define LWIP_TCP_TIMESTAMPS 0
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS 1 // after a reset, peers may still know the last one

#define LWIP_UDP 1
#define LWIP_DHCP 1
#define DHCP_DOES_ARP_CHECK 0
#define LWIP_DHCP_DOES_ACD_CHECK 0
#define LWIP_DNS 1
#define DNS_TABLE_SIZE 2
#define DNS_MAX_NAME_LENGTH 64 // SETTINGS_HOST_SIZE
#define DNS_LOCAL_HOSTLIST 1
#define DNS_LOCAL_HOSTLIST_IS_DYNAMIC 1
#define LWIP_RAND() ((uint32_t)network_random())
uint32_t network_random(void);

// The time server's and name server's ports are the test's to choose (arguments.h).
#define SNTP_PORT network_sntp_port()
uint16_t network_sntp_port(void);
#define DNS_SERVER_PORT network_dns_port()
uint16_t network_dns_port(void);
#define SNTP_SERVER_DNS 1
#define SNTP_STARTUP_DELAY 0
#define SNTP_CHECK_RESPONSE 2 // by the server that was asked, with the stamp that it was sent
#define SNTP_GET_SYSTEM_TIME_NTP(seconds, fraction) network_sntp_stamp(&(seconds), &(fraction))
void network_sntp_stamp(int32_t *seconds, uint32_t *fraction);
#define SNTP_SET_SYSTEM_TIME_NTP(seconds, fraction) network_sntp_time((uint32_t)(seconds), fraction)
void network_sntp_time(uint32_t seconds, uint32_t fraction);

#define LWIP_NETIF_LOOPBACK 0
#define LWIP_STATS 0
#define LWIP_CHECKSUM_ON_COPY 1

#endif
