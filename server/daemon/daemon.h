#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/daemon/config.h"

// The running daemon: every module, wired together.
struct daemon;

// Starts everything. config is taken over; config_path is read again by daemon_reload().
ERR_CHECKED int daemon_start(
    const char *config_path, struct config *config, struct daemon **out, struct err *err);

// Stops accepting, finishes what is in hand, writes what is queued, frees all. NULL is allowed.
void daemon_stop(struct daemon *daemon);

// Reads configuration, certificates and CA again; connections go on. What cannot be used is logged
// and the old one stays.
void daemon_reload(struct daemon *daemon);

// What is to be done once a second: finds silent devices, keeps the database's size in bounds.
void daemon_tick(struct daemon *daemon);

// Whether the daemon works: its writer made progress lately. For systemd's watchdog.
bool daemon_is_healthy(struct daemon *daemon);

#endif
