// The list for the broker, on the disk.
#include "server/revocation/revocation_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/log.h"
#include "server/model/revocation_list.h"

#define NAME "revoked"
#define FOLDER_MODE 0755 // the broker's user reads it
#define FILE_MODE 0644
#define NUMBER_MAX (REVOCATION_NUMBER_MAX / 2) // to be gone on from: no fleet sees as many changes
#define SIZE_MAX_BYTES ((size_t)128 * 1024 * 1024) // REVOCATION_LIST_MAX of the longest lines

int revocation_file_init(struct revocation_file *file, const char *folder, struct err *err)
{
    *file = (struct revocation_file){0};
    if ((size_t)snprintf(file->folder, sizeof file->folder, "%s", folder) >= sizeof file->folder)
        return err_set(err, ERR_INVALID, "path too long: %s", folder);
    snprintf(file->path, sizeof file->path, "%s/" NAME, file->folder);
    return 0;
}

// The temporary files of file_replace() bear the name, a point and six letters.
static void sweep(const struct revocation_file *file)
{
    char path[REVOCATION_FILE_PATH_SIZE + 300];
    const struct dirent *entry;
    DIR *dir = opendir(file->folder);

    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's may be called for different folders
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, NAME ".", sizeof NAME) != 0 ||
            strlen(entry->d_name) != sizeof NAME + 6)
            continue;
        snprintf(path, sizeof path, "%s/%s", file->folder, entry->d_name);
        unlink(path);
    }
    if (dir != NULL)
        closedir(dir);
}

uint64_t revocation_file_begin(struct revocation_file *file)
{
    struct revocation_list *list;
    uint64_t number = 0;
    uint8_t *text;
    size_t n;

    sweep(file);
    if (file_read(file->path, SIZE_MAX_BYTES, &text, &n, NULL) < 0)
        return 0;
    if (revocation_list_parse((const char *)text, n, &list, NULL) == 0) {
        number = revocation_list_number(list);
        revocation_list_free(list);
    }
    free(text);
    if (number <= NUMBER_MAX)
        return number;
    log_warning("revocation", "%s has a number that none of ours has number=%llu: it is damaged",
        file->path, (unsigned long long)number);
    return 0;
}

// Whatever the process's umask is.
static int make_folder(const struct revocation_file *file, struct err *err)
{
    struct stat st;
    int rc = 0;

    if (stat(file->folder, &st) < 0) {
        rc = file_make_folder(file->folder, FOLDER_MODE, err);
        if (rc == 0)
            rc = file_sync_folder_of(file->folder, err);
        if (rc == 0 && stat(file->folder, &st) < 0)
            rc = err_set(err, ERR_IO, "cannot look at folder %s: %m", file->folder);
    }
    if (rc == 0 && (st.st_mode & 07777) != FOLDER_MODE && chmod(file->folder, FOLDER_MODE) < 0)
        rc = err_set(err, ERR_IO, "cannot change the mode of folder %s: %m", file->folder);
    return rc;
}

int revocation_file_write(struct revocation_file *file, const char *text, size_t n, struct err *err)
{
    int rc = make_folder(file, err);

    file->is_written = false;
    if (rc == 0)
        rc = file_replace(file->path, (const uint8_t *)text, n, FILE_MODE, err);
    if (rc == 0 && lstat(file->path, &file->written) < 0)
        rc = err_set(err, ERR_IO, "cannot look at %s: %m", file->path);
    file->is_written = rc == 0;
    return rc;
}

bool revocation_file_is_there(const struct revocation_file *file)
{
    struct stat st;
    const struct stat *own = &file->written;

    return file->is_written && lstat(file->path, &st) == 0 && st.st_dev == own->st_dev &&
           st.st_ino == own->st_ino && st.st_size == own->st_size && st.st_mode == own->st_mode &&
           st.st_mtim.tv_sec == own->st_mtim.tv_sec && st.st_mtim.tv_nsec == own->st_mtim.tv_nsec;
}
