// Backups in a folder.
#include "server/ctl/backup_keep.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/archive/archive_list.h"
#include "server/archive/tar_header.h"
#include "server/base/file.h"
#include "server/pki/age_reader.h"

#define BEGIN "secureesp-"
#define PATTERN "00000000T000000Z" // digits, and what stands between them
#define PLAIN ".tar"
#define ENCRYPTED ".tar.age"

bool backup_keep_is_name(const char *name)
{
    if (strncmp(name, BEGIN, sizeof BEGIN - 1) != 0)
        return false;
    name += sizeof BEGIN - 1;
    for (const char *p = PATTERN; *p != '\0'; p++, name++) {
        if (*p == '0' ? *name < '0' || *name > '9' : *name != *p)
            return false;
    }
    return strcmp(name, PLAIN) == 0 || strcmp(name, ENCRYPTED) == 0;
}

int backup_keep_name(
    const char *folder, int64_t now_ms, bool is_encrypted, char out[PATH_MAX], struct err *err)
{
    time_t now = (time_t)(now_ms / 1000);
    struct tm utc;
    char when[32];
    int n;

    if (gmtime_r(&now, &utc) == NULL || strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &utc) == 0)
        return err_set(err, ERR_INVALID, "the clock is wrong");
    n = snprintf(out, PATH_MAX, "%s/" BEGIN "%s%s", folder, when, is_encrypted ? ENCRYPTED : PLAIN);
    if (n < 0 || n >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s", folder);
    file_sweep_folder_of(out);
    return access(out, F_OK) == 0 ? err_set(err, ERR_CONFLICT, "%s is there already", out) : 0;
}

static bool begins_well(const uint8_t *p, size_t n)
{
    struct tar_header header;

    return age_reader_is_age(p, n) ||
           (n == TAR_HEADER_SIZE && tar_header_read(p, &header, NULL) > 0 &&
               strcmp(header.name, ARCHIVE_LIST_ABOUT) == 0);
}

int backup_keep_looks_good(const char *path, bool *out, struct err *err)
{
    uint8_t block[TAR_HEADER_SIZE];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    ssize_t n;

    if (fd < 0)
        return file_fail(err, "cannot open", path);
    n = read(fd, block, sizeof block);
    close(fd);
    *out = n > 0 && begins_well(block, (size_t)n);
    return 0;
}

// For scandir(3).
static int is_backup(const struct dirent *entry)
{
    return backup_keep_is_name(entry->d_name);
}

// With the newest first: their names are in the order of their times.
static int newest_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

static int judge(const char *folder, const char *name, int64_t *kept, int64_t keep,
    struct backup_keep_removed *out, struct err *err)
{
    char path[PATH_MAX];
    bool is_good = false;

    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX ||
        backup_keep_looks_good(path, &is_good, NULL) < 0 || !is_good)
        return 0;
    if (*kept < keep) {
        (*kept)++;
        return 0;
    }
    if (unlink(path) < 0)
        return err_set(err, ERR_IO, "cannot remove %s: %m", path);
    out->count++;
    return 0;
}

int backup_keep_newest(
    const char *made, int64_t keep, struct backup_keep_removed *out, struct err *err)
{
    struct dirent **entries = NULL;
    const char *slash = strrchr(made, '/');
    const char *name = slash != NULL ? slash + 1 : made;
    char folder[PATH_MAX] = ".";
    int64_t kept = 1; // the one that was made
    int rc = 0;

    if (slash != NULL &&
        (size_t)snprintf(folder, sizeof folder, "%.*s", (int)(name - made), made) >= sizeof folder)
        return err_set(err, ERR_INVALID, "path too long: %s", made);

    int count = scandir(folder, &entries, is_backup, newest_first);

    if (count < 0)
        return err_set(err, ERR_IO, "cannot open %s: %m", folder);
    for (int i = 0; i < count; i++) {
        if (rc == 0 && strcmp(entries[i]->d_name, name) != 0)
            rc = judge(folder, entries[i]->d_name, &kept, keep, out, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}
