#ifndef SETTINGS_BASE_H
#define SETTINGS_BASE_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/settings/settings_judge.h"

// The lowest layer of what devices get, as the configuration file has it: values for all, and
// others for single devices. With it what the server knows of itself, by which all is judged.

#define SETTINGS_BASE_TEXT_SIZE 256

struct settings_base {
    json_t *common;  // member -> value
    json_t *devices; // MAC -> { member -> value }
    char path[SETTINGS_BASE_TEXT_SIZE];
    char other_server[SETTINGS_BASE_TEXT_SIZE];
    uint16_t port, public_port;
    int64_t offline_after_ms;
};

// ERR_NO_MEMORY; clear it then, too.
ERR_CHECKED int settings_base_init(struct settings_base *base);
void settings_base_clear(struct settings_base *base);

// Copies the facts. ERR_INVALID if they are too long.
ERR_CHECKED int settings_base_set_server(
    struct settings_base *base, const struct settings_judge_server *server, struct err *err);

// The facts, which borrow of the base.
struct settings_judge_server settings_base_server(const struct settings_base *base);

// A copy of all of it, for the caller to clear: threads that render at once would share a count of
// references. ERR_NO_MEMORY.
ERR_CHECKED int settings_base_copy(const struct settings_base *base, struct settings_base *out);

// What a device gets, or (mac NULL) all others do, in the contract's order: copies, for the caller.
// NULL without memory.
json_t *settings_base_read(const struct settings_base *base, const char *mac);

// The MAC by which a device finds its values: its own, or, if it has none and the device has whose
// place it has, that one's.
const char *settings_base_choose(
    const struct settings_base *base, const char *mac, const char *place);

#endif
