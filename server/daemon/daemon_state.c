// Opens what the daemon keeps on disk.
#include "server/daemon/daemon_state.h"

#include <stdio.h>
#include <unistd.h>

#include "server/backup/backup_adopt.h"
#include "server/base/file.h"
#include "server/base/lock_folder.h"
#include "server/daemon/state_check.h"
#include "server/image/image_files.h"
#include "server/release/release_layouts.h"

void daemon_state_init(struct daemon_state *state)
{
    *state = (struct daemon_state){.lock_fd = -1};
}

static int join(
    char path[DAEMON_STATE_PATH_SIZE], const char *folder, const char *name, struct err *err)
{
    int n = snprintf(path, DAEMON_STATE_PATH_SIZE, "%s/%s", folder, name);

    return n >= 0 && n < DAEMON_STATE_PATH_SIZE
               ? 0
               : err_set(err, ERR_INVALID, "state_dir is too long");
}

static int lock(struct daemon_state *state, const char *state_dir, struct err *err)
{
    int rc = lock_folder_take(state_dir, &state->lock_fd, err);

    return rc == ERR_CONFLICT ? err_context(err, "another secureespd is using this state_dir") : rc;
}

static int open_store(struct daemon_state *state, const char *state_dir, struct err *err)
{
    char path[DAEMON_STATE_PATH_SIZE];
    int rc = join(path, state_dir, "secureesp.db", err);

    if (rc == 0)
        rc = join(state->images_dir, state_dir, "images", err);
    if (rc == 0)
        rc = file_make_folder(state->images_dir, 0700, err);
    if (rc == 0)
        rc = lock(state, state_dir, err);
    if (rc == 0) {
        image_files_sweep(state->images_dir);
        rc = state_check_run(path, state->images_dir, err);
    }
    return rc < 0 ? rc : backup_adopt_open(path, &state->store, err);
}

static int open_release(struct daemon_state *state, struct err *err)
{
    int rc = release_layouts_fill(state->store, state->images_dir, err);

    if (rc == 0)
        rc = release_open(state->store, &state->release, err);
    if (rc == 0)
        release_images_init(&state->images, state->release, state->images_dir);
    return rc;
}

int daemon_state_open(struct daemon_state *state, const char *state_dir, struct err *err)
{
    char path[DAEMON_STATE_PATH_SIZE];
    int rc = open_store(state, state_dir, err);

    if (rc == 0)
        rc = housekeeping_new(state->store, &state->housekeeping, err);
    if (rc == 0)
        rc = open_release(state, err);
    if (rc == 0)
        rc = join(path, state_dir, KEY_VAULT_FILE, err);
    return rc < 0 ? rc : key_vault_open(path, &state->vault, err);
}

void daemon_state_close(struct daemon_state *state)
{
    store_close(state->store);
    housekeeping_free(state->housekeeping);
    key_vault_free(state->vault);
    if (state->release != NULL)
        release_images_clear(&state->images);
    release_close(state->release);
}

void daemon_state_unlock(struct daemon_state *state)
{
    if (state->lock_fd >= 0)
        close(state->lock_fd);
}
