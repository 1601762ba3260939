// Which addresses are the Internet's.
#include "server/webhook/webhook_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define MAPPED 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
#define V4 96u // bits in front of an IPv4 address

static const uint8_t mapped[16] = {MAPPED};

struct block {
    uint8_t prefix[16];
    unsigned bits;
    const char *what;
};

// What is nobody's, or not for everybody. All of IPv6 but 2000::/3 is refused anyway.
static const struct block blocks[] = {
    {{MAPPED, 0}, V4 + 8, "this network (RFC 1122, 3.2.1.3)"},
    {{MAPPED, 10}, V4 + 8, "private (RFC 1918, 3)"},
    {{MAPPED, 100, 64}, V4 + 10, "shared by a carrier's clients (RFC 6598, 7)"},
    {{MAPPED, 127}, V4 + 8, "loopback (RFC 1122, 3.2.1.3)"},
    {{MAPPED, 169, 254}, V4 + 16, "link-local (RFC 3927, 2.1)"},
    {{MAPPED, 172, 16}, V4 + 12, "private (RFC 1918, 3)"},
    {{MAPPED, 192, 0, 0}, V4 + 24, "for protocols (RFC 6890, 2.1)"},
    {{MAPPED, 192, 0, 2}, V4 + 24, "for documentation (RFC 5737, 3)"},
    {{MAPPED, 192, 31, 196}, V4 + 24, "for AS112 (RFC 7535, 6)"},
    {{MAPPED, 192, 52, 193}, V4 + 24, "for AMT (RFC 7450, 7.1)"},
    {{MAPPED, 192, 88, 99}, V4 + 24, "a relay of 6to4 (RFC 7526, 4)"},
    {{MAPPED, 192, 168}, V4 + 16, "private (RFC 1918, 3)"},
    {{MAPPED, 192, 175, 48}, V4 + 24, "for AS112 (RFC 7534, 6)"},
    {{MAPPED, 198, 18}, V4 + 15, "for benchmarks (RFC 2544, C.2.2)"},
    {{MAPPED, 198, 51, 100}, V4 + 24, "for documentation (RFC 5737, 3)"},
    {{MAPPED, 203, 0, 113}, V4 + 24, "for documentation (RFC 5737, 3)"},
    {{MAPPED, 224}, V4 + 4, "multicast (RFC 5771, 3)"},
    {{MAPPED, 240}, V4 + 4, "reserved, or broadcast (RFC 1112, 4; RFC 919, 7)"},
    {{0x20, 0x01}, 23, "for protocols, as Teredo (RFC 2928, 2; RFC 4380, 2.6)"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "for documentation (RFC 3849, 2)"},
    {{0x26, 0x20, 0, 0x4f, 0x80}, 48, "for AS112 (RFC 7534, 6)"},
    {{0x3f, 0xff}, 20, "for documentation (RFC 9637, 3)"},
};

// Where an IPv4 address stands within another.
static const struct inner {
    struct block block;
    size_t at;
} inners[] = {
    {{{0, 0x64, 0xff, 0x9b}, 96, "NAT64 (RFC 6052, 2.1)"}, 12},
    {{{0x20, 0x02}, 16, "6to4 (RFC 3056, 2)"}, 2},
};

// What one is that is no IPv4 address and not below 2000::/3, for who reads it: the first that
// fits.
static const struct block others[] = {
    {{0}, 128, "unspecified (RFC 4291, 2.5.2)"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "loopback (RFC 4291, 2.5.3)"},
    {{0x00, 0x64, 0xff, 0x9b, 0, 1}, 48, "NAT64 of a network's own (RFC 8215, 3)"},
    {{0x01}, 64, "discarded (RFC 6666, 4)"},
    {{0xfc}, 7, "unique local (RFC 4193, 3)"},
    {{0xfe, 0x80}, 10, "link-local (RFC 4291, 2.5.6)"},
    {{0xfe, 0xc0}, 10, "site-local (RFC 3879, 4)"},
    {{0xff}, 8, "multicast (RFC 4291, 2.7)"},
    {{0}, 0, "no global unicast address (RFC 4291, 2.4)"},
};

bool webhook_address_from(const struct sockaddr *address, size_t size, struct webhook_address *out)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (address->sa_family == AF_INET && size >= sizeof v4) {
        memcpy(&v4, address, sizeof v4);
        memcpy(out->bytes, mapped, sizeof mapped);
        memcpy(out->bytes + 12, &v4.sin_addr, 4);
        return true;
    }
    if (address->sa_family == AF_INET6 && size >= sizeof v6) {
        memcpy(&v6, address, sizeof v6);
        memcpy(out->bytes, &v6.sin6_addr, 16);
        return true;
    }
    return false;
}

bool webhook_address_parse(const char *text, struct webhook_address *out)
{
    struct webhook_address address;

    memcpy(address.bytes, mapped, sizeof mapped);
    if (inet_pton(AF_INET, text, address.bytes + 12) != 1 &&
        inet_pton(AF_INET6, text, address.bytes) != 1)
        return false;
    *out = address;
    return true;
}

bool webhook_address_begins(
    const struct webhook_address *address, const uint8_t prefix[16], unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned rest = bits % 8;

    if (memcmp(address->bytes, prefix, whole) != 0)
        return false;
    return rest == 0 || (address->bytes[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static bool is_in(const struct webhook_address *address, const struct block *block)
{
    return webhook_address_begins(address, block->prefix, block->bits);
}

bool webhook_address_is_loopback(const struct webhook_address *address)
{
    static const uint8_t v4[16] = {MAPPED, 127};
    static const uint8_t v6[16] = {[15] = 1};

    return webhook_address_begins(address, v4, V4 + 8) || webhook_address_begins(address, v6, 128);
}

// Of one that holds no other.
static const char *refuse_plain(const struct webhook_address *address)
{
    static const uint8_t global[16] = {0x20};

    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        if (is_in(address, &blocks[i]))
            return blocks[i].what;
    }
    if (webhook_address_begins(address, mapped, V4) || webhook_address_begins(address, global, 3))
        return NULL;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (is_in(address, &others[i]))
            return others[i].what;
    }
    return "unknown";
}

const char *webhook_address_refuse(const struct webhook_address *address)
{
    struct webhook_address within;

    for (size_t i = 0; i < sizeof inners / sizeof inners[0]; i++) {
        if (!is_in(address, &inners[i].block))
            continue;
        memcpy(within.bytes, mapped, sizeof mapped);
        memcpy(within.bytes + 12, address->bytes + inners[i].at, 4);
        return refuse_plain(&within);
    }
    return refuse_plain(address);
}
