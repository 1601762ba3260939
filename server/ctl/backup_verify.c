// `secureesp backup verify`: whether a backup could be put back.
#include "server/ctl/backup_verify.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/ctl/backup_passphrase.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"

#define DATABASE "state/secureesp.db"

const struct option_rule backup_verify_options[] = {
    BACKUP_PASSPHRASE_OPTION,
    {0},
};

struct look {
    struct backup_verify_report *report;
    struct archive_member member; // that is under way
    char folder[PATH_MAX];        // of the database
    char database[PATH_MAX];
    int fd; // of it while it is written, else -1
    bool has_database;
};

static int note_about(const struct archive_about *about, void *ctx, struct err *err)
{
    (void)err;
    ((struct look *)ctx)->report->about = *about;
    return 0;
}

static int open_database(struct look *look, struct err *err)
{
    look->fd = open(look->database, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    look->has_database = true;
    return look->fd < 0 ? err_set(err, ERR_IO, "cannot create %s: %m", look->database) : 0;
}

static int begin(const struct tar_header *header, void *ctx, struct err *err)
{
    struct look *look = ctx;

    memset(&look->member, 0, sizeof look->member);
    memcpy(look->member.name, header->name, sizeof look->member.name);
    look->member.size_bytes = header->size_bytes;
    look->report->size_bytes += header->size_bytes;
    return strcmp(header->name, DATABASE) == 0 ? open_database(look, err) : 0;
}

static int add(const void *p, size_t n, void *ctx, struct err *err)
{
    const struct look *look = ctx;

    if (look->fd >= 0 && file_write_all(look->fd, p, n) < 0)
        return err_set(err, ERR_IO, "cannot write %s: %m", look->database);
    return 0;
}

static int end(void *ctx, struct err *err)
{
    struct look *look = ctx;

    if (look->fd >= 0)
        close(look->fd);
    look->fd = -1;
    return archive_list_add(&look->report->list, &look->member, err);
}

// A copy of the database needs room: where the system has it, not in memory.
static int make_folder(struct look *look, struct err *err)
{
    const char *below = getenv("TMPDIR");

    if (below == NULL || below[0] == '\0')
        below = "/var/tmp";
    if (snprintf(look->folder, sizeof look->folder, "%s/secureesp-XXXXXX", below) >= PATH_MAX - 16)
        return err_set(err, ERR_INVALID, "path too long: %s", below);
    if (mkdtemp(look->folder) == NULL)
        return err_set(err, ERR_IO, "cannot make a folder in %s: %m", below);
    snprintf(look->database, sizeof look->database, "%.*s/db", PATH_MAX - 8, look->folder);
    return 0;
}

static int read_into(const struct backup_source *source, struct look *look, struct err *err)
{
    struct archive_reader_events events = {note_about, begin, add, end, look};
    int rc = backup_source_read(source, &events, err);

    if (rc == 0 && !look->has_database)
        rc = err_set(err, ERR_INVALID, "%s: it has no database", source->path);
    if (rc == 0)
        rc = backup_check_database(look->database, &look->report->database, err);
    return rc;
}

int backup_verify_read(
    const struct backup_source *source, struct backup_verify_report *out, struct err *err)
{
    struct look look = {.report = out, .fd = -1};
    int rc;

    memset(out, 0, sizeof *out);
    rc = make_folder(&look, err);
    if (rc < 0)
        return rc;
    rc = read_into(source, &look, err);
    if (look.fd >= 0)
        close(look.fd);
    unlink(look.database);
    rmdir(look.folder);
    if (rc < 0)
        archive_list_clear(&out->list);
    return rc;
}

static int show_json(
    const struct backup_verify_report *report, const char *path, bool encrypted, struct err *err)
{
    const struct archive_about *about = &report->about;

    return output_json(
        json_pack("{s:o, s:b, s:s, s:I, s:I, s:b, s:I, s:I, s:I, s:I}", "file", output_text(path),
            "encrypted", (int)encrypted, "version", about->version, "made_at_ms",
            (json_int_t)about->made_at_ms, "database_version", (json_int_t)about->database_version,
            "keys", (int)about->has_keys, "devices", (json_int_t)report->database.devices, "images",
            (json_int_t)report->database.images, "files", (json_int_t)report->list.count,
            "size_bytes", (json_int_t)report->size_bytes),
        err);
}

static void show(const struct backup_verify_report *report, const char *path, bool encrypted)
{
    const struct archive_about *about = &report->about;
    char when[CLOCK_TEXT_SIZE];
    char age[TEXT_SHORT_SIZE];
    char size[TEXT_SHORT_SIZE];

    clock_format(about->made_at_ms, when);
    text_age(clock_now_ms() - about->made_at_ms, age);
    text_size((int64_t)report->size_bytes, size);
    text_line(stdout, "%s: good, %s", path, encrypted ? "encrypted" : "not encrypted");
    text_line(stdout, "made      %s, %s ago, by secureesp %s", when, age, about->version);
    text_line(stdout, "database  version %lld, devices %lld, images %lld",
        (long long)report->database.version, (long long)report->database.devices,
        (long long)report->database.images);
    text_line(stdout, "keys      %s",
        about->has_keys ? "with the keys of the CA and the servers"
                        : "without those of the CA and the servers");
    text_line(stdout, "files     %zu, %s", report->list.count, size);
}

int backup_verify_run(const struct subcommand_call *call, struct err *err)
{
    char passphrase[BACKUP_PASSPHRASE_SIZE] = "";
    struct backup_source source = {call->options->arguments[0], passphrase, "verifying"};
    struct backup_verify_report report = {0};
    int encrypted = backup_source_is_encrypted(source.path, err);
    int rc = encrypted < 0 ? encrypted : 0;

    if (encrypted > 0)
        rc =
            backup_passphrase_get(options_value(call->options, "passphrase-file"), passphrase, err);
    if (rc == 0)
        rc = backup_verify_read(&source, &report, err);
    explicit_bzero(passphrase, sizeof passphrase);
    if (rc < 0)
        return rc;
    if (call->json)
        rc = show_json(&report, source.path, encrypted > 0, err);
    else
        show(&report, source.path, encrypted > 0);
    archive_list_clear(&report.list);
    return rc;
}
