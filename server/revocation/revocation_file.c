// The list for the broker, on the disk.
#include "server/revocation/revocation_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/log.h"

#define NAME "revoked"
#define DAMAGED ".damaged"
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

static void set_damaged(struct revocation_file_found *found, const struct err *err)
{
    found->state = REVOCATION_FILE_DAMAGED;
    snprintf(found->reason, sizeof found->reason, "%s", err->message);
}

// What can be known of it. A number that none of ours has could not be gone on from.
static int judge(struct revocation_file_found *found, struct err *err)
{
    struct err reason = {0};
    uint64_t number = 0;
    int rc = revocation_list_parse(found->text, found->n, &found->list, &reason);

    if (rc == ERR_NO_MEMORY)
        return err_set(err, rc, "no memory for the list of revoked clients");
    if (revocation_list_read_number(found->text, found->n, &number) && number > NUMBER_MAX)
        rc = err_set(&reason, ERR_INVALID, "it has a number that none of ours has, %llu",
            (unsigned long long)number);
    else
        found->number = number;
    if (rc < 0)
        set_damaged(found, &reason);
    else
        found->state = REVOCATION_FILE_WHOLE;
    return 0;
}

// For who wants to know what stood in it. It stays in its place as well, until a good one takes
// that: a start that is cut short finds it again.
static void keep_damaged(const struct revocation_file *file)
{
    char path[sizeof file->path + sizeof DAMAGED];

    snprintf(path, sizeof path, "%s" DAMAGED, file->path);
    unlink(path);
    if (link(file->path, path) < 0)
        log_warning("revocation", "cannot keep the damaged list as %s: %m", path);
}

int revocation_file_begin(
    struct revocation_file *file, struct revocation_file_found *out, struct err *err)
{
    struct err reason = {0};
    uint8_t *text;
    int rc;

    *out = (struct revocation_file_found){.state = REVOCATION_FILE_NONE};
    file_sweep(file->path);
    rc = file_read(file->path, SIZE_MAX_BYTES, &text, &out->n, &reason);
    if (rc == ERR_NOT_FOUND)
        return 0;
    if (rc == ERR_NO_MEMORY)
        return err_set(err, rc, "%s", reason.message);
    if (rc < 0) {
        set_damaged(out, &reason);
        keep_damaged(file);
        return 0;
    }
    out->text = (char *)text;
    rc = judge(out, err);
    if (rc == 0 && out->state == REVOCATION_FILE_DAMAGED)
        keep_damaged(file);
    if (rc < 0 || out->state == REVOCATION_FILE_DAMAGED) {
        revocation_list_free(out->list);
        out->list = NULL;
    }
    if (rc < 0)
        revocation_file_found_clear(out);
    return rc;
}

void revocation_file_found_clear(struct revocation_file_found *found)
{
    revocation_list_free(found->list);
    free(found->text);
    found->list = NULL;
    found->text = NULL;
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
