#ifndef DAEMON_STATE_H
#define DAEMON_STATE_H

#include "server/base/err.h"
#include "server/daemon/housekeeping.h"
#include "server/pki/key_vault.h"
#include "server/release/release.h"
#include "server/release/release_images.h"
#include "server/store/store.h"

#define DAEMON_STATE_PATH_SIZE 4096

// What the daemon keeps below its state_dir, of which one daemon is in charge.
struct daemon_state {
    int lock_fd;
    char images_dir[DAEMON_STATE_PATH_SIZE];
    struct store *store;
    struct housekeeping *housekeeping;
    struct release *release;
    struct release_images images;
    struct key_vault *vault; // for what is sealed in the database
};

// Before all others.
void daemon_state_init(struct daemon_state *state);

// Opens all of it, and makes what is not there yet. ERR_CONFLICT: another daemon uses it, or as
// state_check_run(); ERR_INVALID: the name is too long; errors of each part. The caller then closes
// and unlocks, also after an error.
ERR_CHECKED int daemon_state_open(
    struct daemon_state *state, const char *state_dir, struct err *err);

void daemon_state_close(struct daemon_state *state);

// The last that the daemon does there: another one may begin.
void daemon_state_unlock(struct daemon_state *state);

#endif
