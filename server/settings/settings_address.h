#ifndef SETTINGS_ADDRESS_H
#define SETTINGS_ADDRESS_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/settings/settings_desk.h"
#include "server/settings/settings_fleet.h"

// Addresses that many devices are to be told at once. A device keeps to what it was told: it has no
// older config.json to go back to, so a wrong one cuts off all that take it, until somebody goes to
// each of them. mqttserver2 and downloadserver2 are left alone: they are asked when the first fail.

// By what an address is known to be right. All borrowed.
struct settings_address_witness {
    const struct settings_desk *desk;
    const struct settings_base *base;   // what [config.json] says, and where this server listens
    const struct settings_fleet *fleet; // computed, as it is before the change
};

// The first member of a layer that says an address of which nothing is known, NULL if there is
// none: downloadserver, downloadport, mqttserver, mqttport, ntpserver. Known is what [config.json]
// says for all, also of a second server; a server that is other_server, or whose name the
// certificate bears; a download port on which this server is reached; what the layer said before;
// and what a device with settings of its own was told that runs them: it has come back with it.
const char *settings_address_find(
    const json_t *layer, const json_t *before, const struct settings_address_witness *witness);

// What is said to who did not force it: ERR_CONFLICT.
ERR_CHECKED int settings_address_refuse(const char *member, const json_t *layer, struct err *err);

#endif
