// What this machine is called.
#include "server/setup/setup_names.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/config_member.h"
#include "server/base/host_name.h"

#define ADDRESSES_MAX 8

bool setup_names_is_address(const char *name)
{
    unsigned char address[16];

    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

bool setup_names_has(const struct setup_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcasecmp(names->names[i], name) == 0)
            return true;
    }
    return false;
}

static const char *refuse(const char *name)
{
    return setup_names_is_address(name)
               ? NULL
               : config_member_refuse_text(
                     &config_member_table[CONFIG_MEMBER_DOWNLOAD_SERVER], name);
}

int setup_names_add(struct setup_names *names, const char *name, struct err *err)
{
    const char *why = refuse(name);

    if (why != NULL || strlen(name) >= SETUP_NAME_SIZE)
        return err_set(err, ERR_INVALID, "\"%s\" is neither a host name nor an address: it %s",
            name, why != NULL ? why : "is too long");
    if (setup_names_has(names, name))
        return 0;
    if (names->count == SETUP_NAMES_MAX)
        return err_set(err, ERR_TOO_LARGE, "more than %d names and addresses", SETUP_NAMES_MAX);
    memcpy(names->names[names->count++], name, strlen(name) + 1);
    return 0;
}

// A machine may be called what no host is.
static int add_own(struct setup_names *names, const char *name, struct err *err)
{
    return name[0] == '\0' || refuse(name) != NULL ? 0 : setup_names_add(names, name, err);
}

static void decide_told(const struct setup_names_facts *facts, struct setup_names *names)
{
    const char *told = facts->given_count > 0             ? facts->given[0]
                       : strchr(facts->full, '.') != NULL ? facts->full
                       : facts->address_count > 0         ? facts->addresses[0]
                       : names->count > 0                 ? names->names[0]
                                                          : "localhost";

    snprintf(names->told, sizeof names->told, "%s", told);
}

int setup_names_decide(
    const struct setup_names_facts *facts, struct setup_names *out, struct err *err)
{
    char text[SETUP_NAME_SIZE];
    size_t label = strcspn(facts->host, ".");
    int rc = 0;

    *out = (struct setup_names){0};
    for (size_t i = 0; i < facts->given_count && rc == 0; i++)
        rc = setup_names_add(out, facts->given[i], err);
    if (rc == 0)
        rc = add_own(out, facts->full, err);
    snprintf(text, sizeof text, "%.*s", (int)label, facts->host);
    if (rc == 0)
        rc = add_own(out, text, err);
    // As multicast DNS calls it (RFC 6762), whether it is on yet or not.
    snprintf(text, sizeof text, "%.*s.local", (int)label, facts->host);
    if (rc == 0 && label > 0)
        rc = add_own(out, text, err);
    decide_told(facts, out);
    for (size_t i = 0; i < facts->address_count && rc == 0; i++)
        rc = add_own(out, facts->addresses[i], err);
    return rc == 0 ? setup_names_add(out, "localhost", err) : rc;
}

// Those at which other machines find this one; the firmware speaks IPv4.
static size_t find_addresses(char out[ADDRESSES_MAX][INET_ADDRSTRLEN])
{
    struct ifaddrs *all = NULL;
    size_t n = 0;

    if (getifaddrs(&all) < 0)
        return 0;
    for (const struct ifaddrs *one = all; one != NULL && n < ADDRESSES_MAX; one = one->ifa_next) {
        if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET ||
            (one->ifa_flags & IFF_UP) == 0 || (one->ifa_flags & IFF_LOOPBACK) != 0)
            continue;

        const struct sockaddr_in *address = (const void *)one->ifa_addr;

        if (inet_ntop(AF_INET, &address->sin_addr, out[n], INET_ADDRSTRLEN) != NULL)
            n++;
    }
    freeifaddrs(all);
    return n;
}

int setup_names_find(
    const char *const *given, size_t given_count, struct setup_names *out, struct err *err)
{
    char host[HOST_NAME_SIZE];
    char full[HOST_NAME_SIZE];
    char addresses[ADDRESSES_MAX][INET_ADDRSTRLEN];
    const char *list[ADDRESSES_MAX];
    struct setup_names_facts facts = {
        .given = given, .given_count = given_count, .host = host, .full = full, .addresses = list};

    host_name_read(host);
    host_name_read_full(host, full);
    facts.address_count = find_addresses(addresses);
    for (size_t i = 0; i < facts.address_count; i++)
        list[i] = addresses[i];
    return setup_names_decide(&facts, out, err);
}
