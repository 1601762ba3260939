#ifndef SETTINGS_JUDGE_H
#define SETTINGS_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/config_member.h"
#include "server/base/err.h"

// Judges what a device would get as a whole: a pure decision.

// What devices must find where they are told to look.
struct settings_judge_server {
    const char *path;         // with its leading slash
    uint16_t port;            // where this server listens
    uint16_t public_port;     // where devices reach it besides, or 0
    const char *other_server; // a download server that is not this one, or ""
    int64_t offline_after_ms;
};

// Whether devices are told to download from the other server.
bool settings_judge_is_elsewhere(const json_t *effective, const char *other_server);

// A member that devices in the field cannot do without; CONFIG_MEMBER_COUNT if all are there.
enum config_member_index settings_judge_missing(const json_t *effective);

// ERR_INVALID and the member that is to blame in *wrong: the way to this server does not lead to
// it, the status interval is longer than a silence that counts as offline, or the file is too large
// for devices (CONFIG_MEMBER_COUNT).
ERR_CHECKED int settings_judge_way(const json_t *effective,
    const struct settings_judge_server *server, enum config_member_index *wrong, struct err *err);

// Both, for who has no line to name: nothing is missing, and the way is right.
ERR_CHECKED int settings_judge_whole(
    const json_t *effective, const struct settings_judge_server *server, struct err *err);

#endif
