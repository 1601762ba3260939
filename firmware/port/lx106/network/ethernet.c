// The Ethernet controller.
#include "firmware/port/lx106/network/ethernet.h"

#include <string.h>

#include <lwip/etharp.h>
#include <lwip/pbuf.h>
#include <netif/ethernet.h>

#define REGISTERS ((volatile uint32_t *)0x9d030000u)
#define MODE 0
#define INTERRUPT_SOURCE 1
#define INTERRUPT_MASK 2
#define TX_DESCRIPTORS 8
#define MAC_LOW 16
#define MAC_HIGH 17

#define MODE_RECEIVE 0x1u
#define MODE_TRANSMIT 0x2u
#define MODE_FULL_DUPLEX 0x400u
#define MODE_CRC 0x2000u
#define MODE_PAD 0x8000u
#define INTERRUPT_RECEIVED 0x4u
#define INTERRUPT_BUSY 0x10u

#define DESCRIPTORS ((volatile struct descriptor *)0x9d030400u)
#define BUFFERS 0x9d800000u // the controller's own memory
#define BUFFER_SIZE 1536u
#define RECEIVERS 9u // behind the one descriptor that sends

#define FLAG_READY 0x8000u // to be sent; to be filled
#define FLAG_INTERRUPT 0x4000u
#define FLAG_WRAP 0x2000u
#define FLAG_PAD 0x1000u
#define FLAG_CRC 0x0800u
#define FCS_SIZE 4u

struct descriptor {
    uint32_t state; // length << 16 | flags
    uint32_t buffer;
};

static unsigned next; // receiver

static uint8_t *buffer_of(unsigned index)
{
    return (uint8_t *)(BUFFERS + index * BUFFER_SIZE);
}

static err_t transmit(struct netif *netif, struct pbuf *frame)
{
    (void)netif;
    if (frame->tot_len > BUFFER_SIZE)
        return ERR_BUF;
    while ((DESCRIPTORS[0].state & FLAG_READY) != 0)
        ;
    (void)pbuf_copy_partial(frame, buffer_of(0), frame->tot_len, 0);
    DESCRIPTORS[0].state =
        (uint32_t)frame->tot_len << 16 | FLAG_READY | FLAG_WRAP | FLAG_PAD | FLAG_CRC;
    return ERR_OK;
}

err_t ethernet_init(struct netif *netif)
{
    const uint8_t *mac = netif->hwaddr;

    REGISTERS[MODE] = 0;
    REGISTERS[TX_DESCRIPTORS] = 1;
    REGISTERS[MAC_LOW] =
        (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 | mac[5];
    REGISTERS[MAC_HIGH] = (uint32_t)mac[0] << 8 | mac[1];
    DESCRIPTORS[0] = (struct descriptor){FLAG_WRAP, (uint32_t)buffer_of(0)};
    for (unsigned i = 1; i <= RECEIVERS; i++) {
        uint32_t wrap = i == RECEIVERS ? FLAG_WRAP : 0;

        DESCRIPTORS[i].buffer = (uint32_t)buffer_of(i);
        DESCRIPTORS[i].state = FLAG_READY | FLAG_INTERRUPT | wrap;
    }
    next = 1;
    REGISTERS[INTERRUPT_SOURCE] = UINT32_MAX;
    REGISTERS[INTERRUPT_MASK] = INTERRUPT_RECEIVED | INTERRUPT_BUSY;
    REGISTERS[MODE] = MODE_RECEIVE | MODE_TRANSMIT | MODE_FULL_DUPLEX | MODE_CRC | MODE_PAD;

    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = 1500;
    netif->hwaddr_len = ETH_HWADDR_LEN;
    netif->flags =
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->linkoutput = transmit;
    return ERR_OK;
}

static void receive(struct netif *netif, const uint8_t *p, size_t n)
{
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, (u16_t)n, PBUF_RAM);

    if (frame == NULL) // as lost: it will be sent again
        return;
    (void)pbuf_take(frame, p, (u16_t)n);
    if (netif->input(frame, netif) != ERR_OK)
        (void)pbuf_free(frame);
}

void ethernet_poll(struct netif *netif)
{
    REGISTERS[INTERRUPT_SOURCE] = REGISTERS[INTERRUPT_SOURCE]; // before looking: nothing is missed
    for (unsigned i = 0; i < RECEIVERS; i++) {
        volatile struct descriptor *descriptor = &DESCRIPTORS[next];
        uint32_t state = descriptor->state;
        size_t n = state >> 16;

        if ((state & FLAG_READY) != 0)
            return;
        if (n > FCS_SIZE && n <= BUFFER_SIZE)
            receive(netif, buffer_of(next), n - FCS_SIZE);
        descriptor->state = FLAG_READY | FLAG_INTERRUPT | (state & FLAG_WRAP);
        next = next == RECEIVERS ? 1 : next + 1;
    }
}
