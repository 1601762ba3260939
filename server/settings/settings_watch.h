#ifndef SETTINGS_WATCH_H
#define SETTINGS_WATCH_H

#include "server/base/err.h"
#include "server/settings/settings_desk.h"

// Keeps what is wanted of every device (device_config_store.h) as settings, groups, tags and the
// devices themselves change. It costs a walk over the devices, and one over the members of each
// group that has settings.
struct settings_watch;

#define SETTINGS_WATCH_PERIOD_MS 30000 // so long a change that nobody told of is not seen

// The desk is copied. ERR_NO_MEMORY.
ERR_CHECKED int settings_watch_open(
    const struct settings_desk *desk, struct settings_watch **out, struct err *err);
// Once nobody is in it. NULL is allowed.
void settings_watch_close(struct settings_watch *watch);

// Looks at all devices now, as settings have just been changed, and returns when the store has it.
// Any thread but the store's writer.
ERR_CHECKED int settings_watch_refresh(struct settings_watch *watch, struct err *err);

// The same when it is time, without waiting for the store. One thread.
void settings_watch_tick(struct settings_watch *watch);

#endif
