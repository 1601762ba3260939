// Who may see what of state_dir.
#include "server/daemon/state_folder.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/log.h"

#define OTHERS 0077u
#define PASS 0011u // what a folder's mode needs to let others through

// A link's mode means nothing, and where it leads is not ours.
static void close_entry(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat st;

    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path ||
        lstat(path, &st) < 0 || S_ISLNK(st.st_mode) || (st.st_mode & OTHERS) == 0)
        return;
    if (chmod(path, st.st_mode & 07700u) < 0)
        log_warning(
            "daemon", "others may read what is in state_dir path=%s error=\"%m\": chmod it", path);
    else
        log_info("daemon", "closed to others, because state_dir lets them through path=%s", path);
}

static void close_all(const char *folder)
{
    const struct dirent *entry;
    DIR *dir = opendir(folder);

    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's may be called for different folders
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, STATE_FOLDER_BROKER) != 0)
            close_entry(folder, entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
}

// First what is in it, then the way to it.
int state_folder_open_up(const char *state_dir, struct err *err)
{
    struct stat st;

    close_all(state_dir);
    if (stat(state_dir, &st) < 0)
        return err_set(err, ERR_IO, "cannot look at state_dir %s: %m", state_dir);
    if ((st.st_mode & PASS) == PASS)
        return 0;
    if (chmod(state_dir, (st.st_mode & 07777u) | PASS) < 0)
        return err_set(err, ERR_IO,
            "cannot let the broker's user through state_dir %s: %m; 'chmod a+x' it", state_dir);
    return 0;
}
