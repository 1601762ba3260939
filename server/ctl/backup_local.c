// What of a backup is read on this machine.
#include "server/ctl/backup_local.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/archive/archive_file.h"
#include "server/ctl/text.h"

#define DEPTH_MAX 4
#define DEVICES "pki/devices/"

struct walk {
    struct archive_writer *writer;
    const struct backup_local *local;
    const char **sent; // the names of what the daemon sent, sorted
    int depth;
    size_t files;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The daemon sends devices' certificates as devices/NAME, and the file here may be the same.
static bool was_sent(const struct walk *walk, const char *member)
{
    const char *name = member + strlen("pki/");

    return strncmp(member, DEVICES, sizeof DEVICES - 1) == 0 &&
           bsearch(&name, walk->sent, walk->local->sent->count, sizeof name, compare_names) != NULL;
}

static int add_folder(struct walk *walk, const char *member, const char *path, struct err *err);

static int add_entry(struct walk *walk, const char *member, const char *path, struct err *err)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_set(err, ERR_IO, "cannot look at %s: %m", path);
    if (S_ISDIR(st.st_mode))
        return add_folder(walk, member, path, err);
    if (!S_ISREG(st.st_mode) || !archive_list_is_name(member) ||
        strlen(member) >= TAR_HEADER_NAME_SIZE) {
        text_line(stderr, "secureesp: left out: %s", path);
        return 0;
    }
    if (was_sent(walk, member))
        return 0;
    walk->files++;
    return archive_file_add(walk->writer, member, path, err);
}

static int add_below(
    struct walk *walk, const char *member, const char *path, const char *name, struct err *err)
{
    char member_below[PATH_MAX];
    char path_below[PATH_MAX];

    if (name[0] == '.')
        return 0;
    if (snprintf(member_below, PATH_MAX, "%s/%s", member, name) >= PATH_MAX ||
        snprintf(path_below, PATH_MAX, "%s/%s", path, name) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s", path);
    return add_entry(walk, member_below, path_below, err);
}

static int add_folder(struct walk *walk, const char *member, const char *path, struct err *err)
{
    const struct dirent *entry;
    DIR *dir = opendir(path);
    int rc = 0;

    if (dir == NULL)
        return err_set(err,
            errno == ENOENT   ? ERR_NOT_FOUND
            : errno == EACCES ? ERR_DENIED
                              : ERR_IO,
            "cannot open %s: %m", path);
    if (walk->depth == DEPTH_MAX)
        rc = err_set(err, ERR_INVALID, "%s: too many folders in each other", path);
    walk->depth++;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's may be called for different folders
    while (rc == 0 && (entry = readdir(dir)) != NULL)
        rc = add_below(walk, member, path, entry->d_name, err);
    walk->depth--;
    closedir(dir);
    return rc;
}

// The signer's folder need not be there, nor be the only one that has the CA's key.
static int add_keys(struct walk *walk, size_t place, struct err *err)
{
    const struct backup_paths_place *of = &backup_paths_places[place];
    char member[TAR_HEADER_NAME_SIZE];
    int rc;

    snprintf(member, sizeof member, "%.*s", (int)strcspn(of->name, "/"), of->name);
    rc = add_folder(walk, member, walk->local->paths->at[place], err);
    if (rc == ERR_DENIED)
        return err_context(err, "--keys takes root");
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int add_file(struct walk *walk, size_t place, struct err *err)
{
    const char *path = walk->local->paths->at[place];
    int rc = archive_file_add(walk->writer, backup_paths_places[place].name, path, err);

    if (rc == ERR_DENIED)
        text_line(stderr, "secureesp: left out, it may not be read: %s", path);
    return rc == ERR_DENIED || rc == ERR_NOT_FOUND ? 0 : rc;
}

static int add_all(struct walk *walk, struct err *err)
{
    bool with_keys = walk->local->with_keys;
    int rc = 0;

    for (size_t i = 0; i < BACKUP_PATHS_COUNT && rc == 0; i++) {
        const struct backup_paths_place *place = &backup_paths_places[i];

        if (place->is_daemons)
            continue;
        if (place->is_of_keys)
            rc = with_keys ? add_keys(walk, i, err) : 0;
        else
            rc = add_file(walk, i, err);
    }
    if (rc == 0 && with_keys && walk->files == 0)
        rc = err_set(err, ERR_NOT_FOUND, "--keys: there are none on this machine");
    return rc;
}

int backup_local_add(
    struct archive_writer *writer, const struct backup_local *local, struct err *err)
{
    struct walk walk = {.writer = writer, .local = local};
    int rc;

    walk.sent = calloc(local->sent->count + 1, sizeof *walk.sent);
    if (walk.sent == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the list of files");
    for (size_t i = 0; i < local->sent->count; i++)
        walk.sent[i] = local->sent->members[i].name;
    qsort(walk.sent, local->sent->count, sizeof *walk.sent, compare_names);
    rc = add_all(&walk, err);
    free(walk.sent);
    return rc;
}
