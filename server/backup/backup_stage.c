// What a backup is made of, as of one moment.
#include "server/backup/backup_stage.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/base/tree.h"
#include "server/image/image_files.h"
#include "server/store/store_copy.h"

#define PREFIX "backup."
#define TRIES 3

struct stage {
    const char *images; // the daemon's
    char own[PATH_MAX]; // where they are put
    bool is_last_try;
    struct err *err;
};

// An image that was removed after the database was copied: of another copy it is no part.
static int take_image(const char *sha256, void *ctx)
{
    const struct stage *stage = ctx;
    struct err err = {0};
    int rc = image_files_link(stage->images, sha256, stage->own, &err);

    if (rc == ERR_NOT_FOUND && stage->is_last_try) {
        log_warning("backup", "image left out, its file is missing sha256=%.64s", sha256);
        return 0;
    }
    if (rc < 0)
        err_set(stage->err, rc, "%s", err.message);
    return rc;
}

static int fill_once(
    const struct backup_stage_wish *wish, const char *folder, bool is_last_try, struct err *err)
{
    char from[PATH_MAX], to[PATH_MAX], images[PATH_MAX];
    struct stage stage = {.images = images, .is_last_try = is_last_try, .err = err};
    struct store_copy_wish copy = {from, to, wish->goes_on, wish->ctx};
    int rc;

    if (snprintf(from, sizeof from, "%s/" BACKUP_STAGE_DATABASE, wish->state_dir) >= PATH_MAX ||
        snprintf(to, sizeof to, "%s/" BACKUP_STAGE_DATABASE, folder) >= PATH_MAX ||
        snprintf(images, sizeof images, "%s/images", wish->state_dir) >= PATH_MAX ||
        snprintf(stage.own, sizeof stage.own, "%s/images", folder) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s", wish->state_dir);
    rc = store_copy_make(&copy, err);
    if (rc == 0)
        rc = store_copy_each_image(to, take_image, &stage, err);
    return rc;
}

static int fill(const struct backup_stage_wish *wish, const char *folder, struct err *err)
{
    char copy[PATH_MAX];
    int rc = 0;

    for (int i = 0; i < TRIES; i++) {
        rc = fill_once(wish, folder, i == TRIES - 1, err);
        if (rc != ERR_NOT_FOUND)
            break;
        if (snprintf(copy, sizeof copy, "%s/" BACKUP_STAGE_DATABASE, folder) < PATH_MAX)
            unlink(copy);
    }
    return rc;
}

int backup_stage_make(const struct backup_stage_wish *wish, char **out, struct err *err)
{
    char *folder;
    int rc;

    if (asprintf(&folder, "%s/" PREFIX "XXXXXX", wish->state_dir) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for a path");
    if (mkdtemp(folder) == NULL) {
        rc = err_set(err, ERR_IO, "cannot make folder %s: %m", folder);
        free(folder);
        return rc;
    }
    rc = fill(wish, folder, err);
    if (rc < 0) {
        backup_stage_remove(folder);
        free(folder);
        return rc;
    }
    *out = folder;
    return 0;
}

// The names in a folder, but for itself and the one above it.
static const struct dirent *next_entry(DIR *dir)
{
    const struct dirent *entry;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's may be called for different folders
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return entry;
    }
    return NULL;
}

void backup_stage_remove(const char *path)
{
    struct err err = {0};

    if (tree_remove(path, &err) < 0)
        log_warning("backup", "not removed error=\"%s\"", err.message);
}

void backup_stage_sweep(const char *state_dir)
{
    const struct dirent *entry;
    DIR *dir = opendir(state_dir);
    char path[PATH_MAX];

    while (dir != NULL && (entry = next_entry(dir)) != NULL) {
        if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) != 0 ||
            snprintf(path, sizeof path, "%s/%s", state_dir, entry->d_name) >= PATH_MAX)
            continue;
        log_info("backup", "removed unfinished folder=%s", path);
        backup_stage_remove(path);
    }
    if (dir != NULL)
        closedir(dir);
}
