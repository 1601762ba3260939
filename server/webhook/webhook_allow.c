// To which addresses webhooks may be sent.
#include "server/webhook/webhook_allow.h"

#include <string.h>

#define NETWORK_SIZE 64

// One to three digits without a zero in front. False: none, or more than max.
static bool read_bits(const char *text, unsigned max, unsigned *out)
{
    size_t n = strspn(text, "0123456789");
    unsigned value = 0;

    if (n == 0 || n > 3 || text[n] != '\0' || (n > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < n; i++)
        value = 10 * value + (unsigned)(text[i] - '0');
    *out = value;
    return value <= max;
}

static bool has_bits_behind(const struct webhook_address *address, unsigned bits)
{
    for (unsigned i = bits; i < 128; i++) {
        if ((address->bytes[i / 8] >> (7 - i % 8) & 1) != 0)
            return true;
    }
    return false;
}

static int add(struct webhook_allow *allow, char *text, struct err *err)
{
    char *slash = strchr(text, '/');
    struct webhook_address address;
    unsigned max = strchr(text, ':') != NULL ? 128 : 32;
    unsigned bits = max;

    if (allow->count == WEBHOOK_ALLOW_MAX)
        return err_set(err, ERR_INVALID, "more than %d networks", WEBHOOK_ALLOW_MAX);
    if (slash != NULL)
        *slash = '\0';
    if (!webhook_address_parse(text, &address) ||
        (slash != NULL && !read_bits(slash + 1, max, &bits)))
        return err_set(err, ERR_INVALID, "'%s%s%s' is no network, as 192.168.1.0/24", text,
            slash != NULL ? "/" : "", slash != NULL ? slash + 1 : "");
    bits += 128 - max;
    if (has_bits_behind(&address, bits))
        return err_set(err, ERR_INVALID, "'%s/%s' has bits behind its prefix", text,
            slash != NULL ? slash + 1 : "");
    memcpy(allow->networks[allow->count].prefix, address.bytes, 16);
    allow->networks[allow->count++].bits = bits;
    return 0;
}

int webhook_allow_parse(const char *text, struct webhook_allow *out, struct err *err)
{
    struct webhook_allow allow = {.count = 0};
    char word[NETWORK_SIZE];

    for (const char *p = text + strspn(text, " "); *p != '\0'; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        int rc;

        if (n >= sizeof word)
            return err_set(err, ERR_INVALID, "'%.40s...' is no network", p);
        memcpy(word, p, n);
        word[n] = '\0';
        rc = add(&allow, word, err);
        if (rc < 0)
            return rc;
        p += n;
    }
    *out = allow;
    return 0;
}

static bool is_allowed(const struct webhook_allow *allow, const struct webhook_address *address)
{
    for (size_t i = 0; i < allow->count; i++) {
        if (webhook_address_begins(address, allow->networks[i].prefix, allow->networks[i].bits))
            return true;
    }
    return false;
}

const char *webhook_allow_refuse(
    const struct webhook_allow *allow, const struct webhook_address *address, bool has_tls)
{
    if (!has_tls && !webhook_address_is_loopback(address))
        return "http:// goes to this machine alone";
    return is_allowed(allow, address) ? NULL : webhook_address_refuse(address);
}
