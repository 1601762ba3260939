// `secureesp backup restore`.
#include "server/ctl/backup_restore.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/ctl/backup_passphrase.h"
#include "server/ctl/backup_put.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"

const struct option_rule backup_restore_options[] = {
    BACKUP_PASSPHRASE_OPTION,
    {"root", OPTION_VALUE, "FOLDER", "what all files are below (/)"},
    {"state", OPTION_VALUE, "FOLDER", "the daemon's state (/var/lib/secureesp)"},
    {"config", OPTION_VALUE, "FILE", "its configuration (/etc/secureesp/secureesp.conf)"},
    {"pki", OPTION_VALUE, "FOLDER", "the CA (/etc/secureesp/pki)"},
    {0},
};

struct restore {
    const struct backup_restore_wish *wish;
    const struct archive_list *list;
    struct backup_put put;
    bool may_be_done[BACKUP_PATHS_COUNT]; // something is there, perhaps the same
};

// Calls each() with a member of the place and what of its name is below that, until it says no.
static bool all_members(const struct restore *restore, size_t place,
    bool (*each)(const struct restore *restore, size_t place, const struct archive_member *member,
        const char *rest))
{
    for (size_t i = 0; i < restore->list->count; i++) {
        const char *rest;

        if (backup_paths_find(restore->list->members[i].name, &rest) == (int)place &&
            !each(restore, place, &restore->list->members[i], rest))
            return false;
    }
    return true;
}

static bool has_size(const struct restore *restore, size_t place,
    const struct archive_member *member, const char *rest)
{
    char path[PATH_MAX];
    struct stat st;

    return snprintf(path, sizeof path, "%s/%s", restore->wish->paths->at[place], rest) < PATH_MAX &&
           lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           (uint64_t)st.st_size == member->size_bytes;
}

static bool has_content(const struct restore *restore, size_t place,
    const struct archive_member *member, const char *rest)
{
    char stage[PATH_MAX];
    char ours[2 * PATH_MAX];
    char theirs[2 * PATH_MAX];

    (void)member;
    backup_put_stage(&restore->put, place, stage);
    snprintf(ours, sizeof ours, "%s/%s", stage, rest);
    snprintf(theirs, sizeof theirs, "%s/%s", restore->wish->paths->at[place], rest);
    return tree_is_same_file(ours, theirs);
}

static int refuse(const struct restore *restore, size_t place, struct err *err)
{
    return err_set(err, ERR_CONFLICT,
        "%s holds something else already, which is left alone: stop the services, move it away, "
        "and try again",
        restore->wish->paths->at[place]);
}

// Which places the backup has something for, and whether these are free: nothing is written yet.
static int judge(struct restore *restore, struct err *err)
{
    for (size_t i = 0; i < restore->list->count; i++) {
        const char *rest;
        int place = backup_paths_find(restore->list->members[i].name, &rest);

        if (place >= 0)
            restore->put.is_wanted[place] = true;
    }
    for (size_t i = 0; i < BACKUP_PATHS_COUNT; i++) {
        bool is_own = backup_paths_places[i].kind == BACKUP_PATHS_FOLDER;

        if (!restore->put.is_wanted[i] || !is_own || !tree_has_files(restore->wish->paths->at[i]))
            continue;
        if (!all_members(restore, i, has_size))
            return refuse(restore, i, err);
        restore->may_be_done[i] = true;
    }
    return 0;
}

static int remove_stages(const struct restore *restore, struct err *err)
{
    char stage[PATH_MAX];
    int rc = 0;

    for (size_t i = 0; i < BACKUP_PATHS_COUNT && rc == 0; i++) {
        backup_put_stage(&restore->put, i, stage);
        if (restore->put.is_wanted[i] && stage[0] != '\0')
            rc = tree_remove(stage, err);
    }
    return rc;
}

static int make_stages(const struct restore *restore, struct err *err)
{
    char stage[PATH_MAX];
    int rc = 0;

    for (size_t i = 0; i < BACKUP_PATHS_COUNT && rc == 0; i++) {
        backup_put_stage(&restore->put, i, stage);
        if (restore->put.is_wanted[i] && stage[0] != '\0')
            rc = file_make_folder(stage, 0755, err);
        // Of what it is to become, nobody sees anything before.
        if (rc == 0 && restore->put.is_wanted[i] && stage[0] != '\0' && chmod(stage, 0700) < 0)
            rc = err_set(err, ERR_IO, "cannot change the mode of %s: %m", stage);
    }
    return rc;
}

static int note_about(const struct archive_about *about, void *ctx, struct err *err)
{
    (void)about;
    (void)ctx;
    (void)err;
    return 0;
}

static int begin(const struct tar_header *header, void *ctx, struct err *err)
{
    return backup_put_begin(&((struct restore *)ctx)->put, header, err);
}

static int add(const void *p, size_t n, void *ctx, struct err *err)
{
    return backup_put_add(&((struct restore *)ctx)->put, p, n, err);
}

static int end(void *ctx, struct err *err)
{
    return backup_put_end(&((struct restore *)ctx)->put, err);
}

static mode_t mode_of(size_t place)
{
    return strcmp(backup_paths_places[place].name, "signer/") == 0 ? 0700 : 0711;
}

// Gives a folder that is whole its name.
static int name_folder(const struct restore *restore, size_t place, struct err *err)
{
    const char *target = restore->wish->paths->at[place];
    const struct backup_put *put = &restore->put;
    bool is_of_one_user = backup_paths_places[place].is_of_one_user != 0;
    char stage[PATH_MAX];
    int rc = 0;

    backup_put_stage(put, place, stage);
    if (restore->may_be_done[place])
        return all_members(restore, place, has_content) ? tree_remove(stage, err)
                                                        : refuse(restore, place, err);
    if (is_of_one_user && put->has_owner[place])
        rc = tree_give(stage, &put->owner[place], err);
    if (rc == 0 && chmod(stage, mode_of(place)) < 0)
        rc = err_set(err, ERR_IO, "cannot change the mode of %s: %m", stage);
    if (rc == 0)
        rc = tree_sync(stage, err);
    if (rc == 0)
        rc = tree_remove(target, err); // empty folders
    if (rc == 0 && rename(stage, target) < 0)
        rc = err_set(err, ERR_IO, "cannot write %s: %m", target);
    return rc < 0 ? rc : file_sync_folder_of(target, err);
}

static int put_back(struct restore *restore, struct err *err)
{
    struct archive_reader_events events = {note_about, begin, add, end, restore};
    struct backup_source source = restore->wish->source;
    int rc = judge(restore, err);

    source.doing = "writing";
    if (rc == 0)
        rc = remove_stages(restore, err);
    if (rc == 0)
        rc = make_stages(restore, err);
    if (rc == 0)
        rc = backup_source_read(&source, &events, err);
    if (restore->put.fd >= 0)
        close(restore->put.fd);
    for (size_t i = 0; i < BACKUP_PATHS_COUNT && rc == 0; i++) {
        if (restore->put.is_wanted[i] && backup_paths_places[i].kind == BACKUP_PATHS_FOLDER)
            rc = name_folder(restore, i, err);
    }
    if (rc < 0 && remove_stages(restore, NULL) < 0)
        return rc;
    return rc;
}

int backup_restore_run(
    const struct backup_restore_wish *wish, struct backup_restore_report *out, struct err *err)
{
    struct restore restore = {
        .wish = wish, .list = &out->found.list, .put = {.paths = wish->paths, .fd = -1}};
    int rc = backup_verify_read(&wish->source, &out->found, err);

    if (rc < 0)
        return rc;
    rc = put_back(&restore, err);
    out->files = restore.put.files;
    if (rc < 0)
        archive_list_clear(&out->found.list);
    return rc;
}

static int tell(
    const struct subcommand_call *call, const struct backup_restore_report *report, struct err *err)
{
    const struct archive_about *about = &report->found.about;
    char when[CLOCK_TEXT_SIZE];

    if (call->json)
        return output_json(
            json_pack("{s:I, s:I, s:b, s:I}", "made_at_ms", (json_int_t)about->made_at_ms, "files",
                (json_int_t)report->files, "keys", (int)about->has_keys, "devices",
                (json_int_t)report->found.database.devices),
            err);
    clock_format(about->made_at_ms, when);
    text_line(stdout, "put back: %lld files, devices %lld, as of %s", (long long)report->files,
        (long long)report->found.database.devices, when);
    if (!about->has_keys)
        puts("the keys of the CA and the servers are not in it: put them back, too");
    puts(
        "what was revoked since then is not: revoke it again before the daemon starts, or at once");
    return 0;
}

int backup_restore_command(const struct subcommand_call *call, struct err *err)
{
    char passphrase[BACKUP_PASSPHRASE_SIZE] = "";
    struct backup_paths paths;
    struct backup_restore_wish wish = {
        {call->options->arguments[0], passphrase, "verifying"}, &paths};
    struct backup_restore_report report = {0};
    int encrypted;
    int rc = backup_paths_fill(call->options, &paths, err);

    if (rc < 0)
        return SUBCOMMAND_USAGE;
    encrypted = backup_source_is_encrypted(wish.source.path, err);
    rc = encrypted < 0 ? encrypted : 0;
    if (encrypted > 0)
        rc =
            backup_passphrase_get(options_value(call->options, "passphrase-file"), passphrase, err);
    if (rc == 0)
        rc = backup_restore_run(&wish, &report, err);
    explicit_bzero(passphrase, sizeof passphrase);
    if (rc < 0)
        return rc;
    rc = tell(call, &report, err);
    archive_list_clear(&report.found.list);
    return rc;
}
