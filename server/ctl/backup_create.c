// `secureesp backup create`: takes what the daemon sends, adds what is on this machine, and writes
// all of it to a file, which gets its name once it is whole.
#include "server/ctl/backup_create.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "server/archive/archive_reader.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/base/new_file.h"
#include "server/ctl/backup_keep.h"
#include "server/ctl/backup_local.h"
#include "server/ctl/backup_passphrase.h"
#include "server/ctl/backup_progress.h"
#include "server/ctl/backup_source.h"
#include "server/ctl/client.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"
#include "server/pki/age_writer.h"

#define FILE_MODE 0600
#define SILENCE_S 3600 // while a large database is copied

const struct option_rule backup_create_options[] = {
    {"keys", OPTION_FLAG, NULL, "with the keys of the CA and the servers; takes root"},
    BACKUP_PASSPHRASE_OPTION,
    {"into", OPTION_VALUE, "FOLDER", "into a folder, under a name with the time"},
    {"keep", OPTION_VALUE, "N", "and remove all there but the newest N"},
    {"force", OPTION_FLAG, NULL, "replace a file that is no backup"},
    {"pki", OPTION_VALUE, "FOLDER", "where the CA is (/etc/secureesp/pki)"},
    {"root", OPTION_VALUE, "FOLDER", "what all other files are below"},
    {0},
};

struct create {
    const struct subcommand_call *call;
    const char *path;
    const char *passphrase; // "": none
    bool with_keys;
    bool is_elsewhere; // the daemon: no file of this machine goes into its backup
    struct backup_paths paths;
    struct archive_about about;
    struct new_file *file;
    struct age_writer *age;        // NULL: it is not encrypted
    struct archive_writer *writer; // once the daemon has said what it sends
    struct archive_reader *reader;
    struct backup_progress progress;
    struct err *err;
};

static int write_file(const void *p, size_t n, void *ctx, struct err *err)
{
    struct create *create = ctx;

    backup_progress_add(&create->progress, (int64_t)n);
    return new_file_write(p, n, create->file, err);
}

static int open_writer(const struct archive_about *about, void *ctx, struct err *err)
{
    struct create *create = ctx;
    struct sink to = {write_file, create};
    int rc = 0;

    create->about = *about;
    create->about.has_keys = create->with_keys;
    if (create->passphrase[0] != '\0') {
        rc = age_writer_open(create->passphrase, AGE_WRITER_WORK, &to, &create->age, err);
        to = (struct sink){age_writer_write, create->age};
    }
    return rc < 0 ? rc : archive_writer_open(&create->about, &to, &create->writer, err);
}

static int begin(const struct tar_header *header, void *ctx, struct err *err)
{
    return archive_writer_begin(((struct create *)ctx)->writer, header, err);
}

static int add(const void *p, size_t n, void *ctx, struct err *err)
{
    return archive_writer_add(((struct create *)ctx)->writer, p, n, err);
}

static int end(void *ctx, struct err *err)
{
    return archive_writer_end_member(((struct create *)ctx)->writer, err);
}

static int take(const char *p, size_t n, void *ctx)
{
    struct create *create = ctx;

    return archive_reader_write(p, n, create->reader, create->err);
}

static int receive(struct create *create, struct err *err)
{
    struct client_request request = {
        .method = "POST", .path = "/api/v1/backup", .silence_s = SILENCE_S};
    struct client *client;
    int rc = client_open(create->call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = client_feed(client, &request, take, create, err);
    client_close(client);
    if (rc == 0 && archive_reader_end(create->reader, err) < 0)
        rc = err_set(err, ERR_UNAVAILABLE,
            "the daemon did not send all of it; its log says why (journalctl -u secureespd)");
    return rc;
}

static int finish(struct create *create, struct err *err)
{
    struct backup_local local = {
        &create->paths, archive_reader_list(create->reader), create->with_keys};
    int rc = create->is_elsewhere ? 0 : backup_local_add(create->writer, &local, err);

    if (rc == 0)
        rc = archive_writer_finish(create->writer, err);
    if (rc == 0 && create->age != NULL)
        rc = age_writer_end(create->age, err);
    backup_progress_end(&create->progress);
    return rc < 0 ? rc : new_file_commit(create->file, err);
}

static int make(struct create *create, struct err *err)
{
    struct archive_reader_events events = {open_writer, begin, add, end, create};
    int rc;

    file_sweep(create->path);
    rc = new_file_open(create->path, FILE_MODE, &create->file, err);
    if (rc == 0)
        rc = archive_reader_open(&events, &create->reader, err);
    if (rc == 0)
        rc = receive(create, err);
    if (rc == 0)
        rc = finish(create, err);
    backup_progress_end(&create->progress);
    archive_writer_free(create->writer);
    archive_reader_free(create->reader);
    age_writer_free(create->age);
    new_file_free(create->file);
    return rc;
}

// What is there and no backup stays, unless it is to go.
static int judge_target(const struct create *create, struct err *err)
{
    struct stat st;
    bool is_backup = false;

    if (lstat(create->path, &st) < 0)
        return errno == ENOENT ? 0 : err_set(err, ERR_IO, "cannot look at %s: %m", create->path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_CONFLICT, "%s is not a regular file", create->path);
    if (options_has(create->call->options, "force") || st.st_size == 0)
        return 0;
    if (backup_keep_looks_good(create->path, &is_backup, err) < 0)
        return err->code;
    return is_backup
               ? 0
               : err_set(err, ERR_CONFLICT,
                     "%s is there and no backup; name another file, or give --force", create->path);
}

static int tell(
    const struct create *create, const struct backup_keep_removed *removed, struct err *err)
{
    struct stat st = {0};
    char size[TEXT_SHORT_SIZE];
    bool is_encrypted = create->passphrase[0] != '\0';

    (void)stat(create->path, &st);
    if (create->call->json)
        return output_json(
            json_pack("{s:o, s:I, s:I, s:b, s:b, s:I}", "file", output_text(create->path),
                "size_bytes", (json_int_t)st.st_size, "made_at_ms",
                (json_int_t)create->about.made_at_ms, "encrypted", (int)is_encrypted, "keys",
                (int)create->with_keys, "removed", (json_int_t)removed->count),
            err);
    text_size(st.st_size, size);
    text_line(stdout, "%s: %s, %s, %s", create->path, size,
        is_encrypted ? "encrypted" : "not encrypted: it holds secrets",
        create->with_keys ? "with keys" : "without the keys of the CA and the servers");
    if (removed->count > 0)
        text_line(stdout, "removed %lld older", (long long)removed->count);
    return 0;
}

static int run(struct create *create, int64_t keep, struct err *err)
{
    struct backup_keep_removed removed = {0};
    int rc = judge_target(create, err);

    if (rc == 0)
        rc = make(create, err);
    if (rc == 0 && keep > 0)
        rc = backup_keep_newest(create->path, keep, &removed, err);
    return rc < 0 ? rc : tell(create, &removed, err);
}

// Where it is to be written.
static int choose_path(
    const struct subcommand_call *call, bool is_encrypted, char path[PATH_MAX], struct err *err)
{
    const char *folder = options_value(call->options, "into");

    if ((folder != NULL) == (call->options->argument_count == 1))
        return subcommand_misuse(err, "give either FILE or --into FOLDER");
    if (folder == NULL && options_has(call->options, "keep"))
        return subcommand_misuse(err, "--keep goes with --into");
    if (folder != NULL)
        return backup_keep_name(folder, clock_now_ms(), is_encrypted, path, err);
    if (snprintf(path, PATH_MAX, "%s", call->options->arguments[0]) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s", call->options->arguments[0]);
    return 0;
}

int backup_create_run(const struct subcommand_call *call, struct err *err)
{
    static const int64_t range[2] = {1, 100000};
    char passphrase[BACKUP_PASSPHRASE_SIZE];
    char path[PATH_MAX];
    struct create create = {.call = call,
        .path = path,
        .passphrase = passphrase,
        .with_keys = options_has(call->options, "keys"),
        .is_elsewhere = call->target->socket == NULL,
        .progress = {.what = "writing"},
        .err = err};
    int64_t keep = 0;
    int rc = options_number(call->options, "keep", range, &keep, err);

    if (rc == 0)
        rc = backup_paths_fill(call->options, &create.paths, err);
    if (rc < 0)
        return SUBCOMMAND_USAGE;
    if (create.with_keys && create.is_elsewhere)
        return subcommand_misuse(err, "--keys are those of this machine: it takes no --server");
    rc = choose_path(call, true, path, err);
    if (rc == 0)
        rc = judge_target(&create, err); // before somebody types a passphrase
    if (rc == 0)
        rc = backup_passphrase_choose(
            options_value(call->options, "passphrase-file"), passphrase, err);
    if (rc == 0 && create.with_keys && passphrase[0] == '\0')
        rc = subcommand_misuse(err, "with --keys, a backup must be encrypted: --passphrase-file");
    if (rc == 0)
        rc = choose_path(call, passphrase[0] != '\0', path, err);
    if (rc == 0)
        rc = run(&create, keep, err);
    explicit_bzero(passphrase, sizeof passphrase);
    return rc;
}
