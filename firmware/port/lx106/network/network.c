// lwIP without threads.
#include "firmware/port/lx106/network/network.h"

#include <stdio.h>
#include <stdlib.h>

#include <lwip/apps/sntp.h>
#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/prot/ethernet.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>

#include "common/mac.h"
#include "firmware/port/lx106/board/chip.h"
#include "firmware/port/lx106/network/ethernet.h"
#include "firmware/port/lx106/board/simcall.h"

#define NTP_TO_UNIX 2085978496u // from 7 Feb 2036, as which 32 bits of NTP's seconds are taken

static const struct arguments *arguments;
static struct netif netif;
static int64_t time_at_zero; // of chip_now_ms(), in seconds since 1970; 0: not set

uint32_t network_random(void)
{
    uint32_t value = 0;

    (void)simcall_random((uint8_t *)&value, sizeof value);
    return value;
}

uint16_t network_sntp_port(void)
{
    return arguments->ntp_port;
}

uint16_t network_dns_port(void)
{
    return arguments->dns_port;
}

uint32_t sys_now(void)
{
    return chip_now_ms();
}

static uint8_t read_byte(const char *hex)
{
    char digits[3] = {hex[0], hex[1]};

    return (uint8_t)strtoul(digits, NULL, 16);
}

static void add_hosts(void)
{
    ip_addr_t address;

    if (arguments->host_name[0] != '\0' && ipaddr_aton(arguments->host_ip, &address) != 0)
        (void)dns_local_addhost(arguments->host_name, &address);
}

void network_init(const struct arguments *given)
{
    arguments = given;
    lwip_init();
    for (unsigned i = 0; i < ETH_HWADDR_LEN; i++)
        netif.hwaddr[i] = read_byte(arguments->mac + 2 * i);
    if (netif_add_noaddr(&netif, NULL, ethernet_init, netif_input) == NULL)
        return;
    netif_set_default(&netif);
    netif_set_up(&netif);
    add_hosts();
}

void network_start(void)
{
    if (netif_dhcp_data(&netif) == NULL) // it would begin anew
        (void)dhcp_start(&netif);
}

bool network_is_up(char ip[16])
{
    bool is_up = dhcp_supplied_address(&netif) != 0;

    snprintf(ip, 16, "%s", is_up ? ip4addr_ntoa(netif_ip4_addr(&netif)) : "");
    return is_up;
}

// In place of the time, which is nobody's business: the answer that bears it again is an answer to
// this request, and nobody else can know it.
void network_sntp_stamp(int32_t *seconds, uint32_t *fraction)
{
    *seconds = (int32_t)network_random();
    *fraction = network_random();
}

static void set_time(uint32_t seconds)
{
    time_at_zero = (int64_t)seconds - chip_now_ms() / 1000;
}

// In NTP's form. A server that does not know the time says 0 (RFC 4330, 5).
void network_sntp_time(uint32_t seconds, uint32_t fraction)
{
    if (seconds != 0 || fraction != 0)
        set_time(seconds + NTP_TO_UNIX);
}

void network_start_clock(const char *ntp_server)
{
    ip_addr_t address;

    if (arguments->epoch != 0) {
        set_time(arguments->epoch);
        return;
    }
    if (arguments->dns_ip[0] != '\0' && ipaddr_aton(arguments->dns_ip, &address) != 0)
        dns_setserver(0, &address);
    if (sntp_enabled())
        return;
    sntp_setoperatingmode(SNTP_OPMODE_POLL);
    sntp_setservername(0, ntp_server);
    sntp_init();
}

int64_t network_time(void)
{
    return time_at_zero == 0 ? 0 : time_at_zero + chip_now_ms() / 1000;
}

uint32_t network_poll(void)
{
    ethernet_poll(&netif);
    sys_check_timeouts();
    return sys_timeouts_sleeptime();
}
