#ifndef SETUP_NAMES_H
#define SETUP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/err.h"

#define SETUP_NAMES_MAX 24
#define SETUP_NAME_SIZE 256

// The names and addresses under which devices, operators and the daemon itself look for this
// machine.
struct setup_names {
    size_t count;
    char names[SETUP_NAMES_MAX][SETUP_NAME_SIZE];
    char told[SETUP_NAME_SIZE]; // the one that devices are told
};

// What is known of a machine.
struct setup_names_facts {
    const char *const *given; // by who sets it up, count of them
    size_t given_count;
    const char *host;             // its name, as gethostname(2) has it
    const char *full;             // with its domain, or ""
    const char *const *addresses; // of its interfaces, IPv4, count of them
    size_t address_count;
};

// Whether it is an address and no name.
bool setup_names_is_address(const char *name);

bool setup_names_has(const struct setup_names *names, const char *name);

// Adds one. ERR_INVALID if it is no name and no address, ERR_TOO_LARGE if there are too many. One
// that is there already is not added again.
ERR_CHECKED int setup_names_add(struct setup_names *names, const char *name, struct err *err);

// All that follow from the facts. Devices are told the first that was given; else the machine's
// full name; else its first address, since a name without a domain is not known everywhere; else
// its name. What the machine says of itself and cannot be a name is left out.
ERR_CHECKED int setup_names_decide(
    const struct setup_names_facts *facts, struct setup_names *out, struct err *err);

// The same of this machine.
ERR_CHECKED int setup_names_find(
    const char *const *given, size_t given_count, struct setup_names *out, struct err *err);

#endif
