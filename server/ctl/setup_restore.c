// Setting a machine up from a backup.
#include "server/ctl/setup_restore.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/base/tree.h"
#include "server/ctl/backup_passphrase.h"
#include "server/ctl/backup_restore.h"
#include "server/pki/digest.h"
#include "server/setup/setup_pair.h"

#define STATE "/var/lib/secureesp"
#define NOTE_MAX 128
#define PIECE 65536

// How far it came with a backup: the first word of the note, before the file's SHA-256.
#define BEGUN "begun"
#define DONE "done"

static const struct subcommand_call *call_of(const struct setup *setup)
{
    return setup->ctx;
}

static const char *file_of(const struct setup *setup)
{
    return options_value(call_of(setup)->options, "restore");
}

static int read_digest(int fd, struct digest *digest, char *piece, struct err *err)
{
    ssize_t n;

    while ((n = read(fd, piece, PIECE)) > 0)
        digest_add(digest, piece, (size_t)n);
    return n < 0 ? err_set(err, ERR_IO, "cannot read the backup: %m") : 0;
}

static int take_digest(const char *path, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct digest *digest;
    char *piece;
    int rc;

    if (fd < 0)
        return err_set(err, ERR_NOT_FOUND, "cannot open %s: %m", path);
    digest = digest_begin_sha256();
    piece = malloc(PIECE);
    rc = digest != NULL && piece != NULL ? read_digest(fd, digest, piece, err)
                                         : err_set(err, ERR_NO_MEMORY, "no memory for %s", path);
    if (digest != NULL)
        digest_end(digest, out);
    free(piece);
    close(fd);
    return rc;
}

static bool has_note(void)
{
    return access(SETUP_RESTORED, F_OK) == 0;
}

// Whether the note says so of this backup.
static bool notes(const char *word, const char *digest)
{
    char wanted[NOTE_MAX];
    uint8_t *text = NULL;
    size_t size;
    bool is_it;

    if (file_read(SETUP_RESTORED, NOTE_MAX, &text, &size, NULL) < 0)
        return false;
    snprintf(wanted, sizeof wanted, "%s %s\n", word, digest);
    is_it = strcmp((const char *)text, wanted) == 0;
    free(text);
    return is_it;
}

static int note(const char *word, const char *digest, struct err *err)
{
    char text[NOTE_MAX];
    int n = snprintf(text, sizeof text, "%s %s\n", word, digest);

    return file_replace(SETUP_RESTORED, (const uint8_t *)text, (size_t)n, 0644, err);
}

// Calls one() with the backup, its pass phrase, and where its files belong on this machine.
static int with_backup(const struct setup *setup,
    int (*one)(
        const struct backup_restore_wish *wish, struct backup_restore_report *out, struct err *err),
    struct backup_restore_report *out, struct err *err)
{
    static const struct options none = {0}; // its places are the installed ones
    const struct options *options = call_of(setup)->options;
    char passphrase[BACKUP_PASSPHRASE_SIZE] = "";
    struct backup_paths paths;
    struct backup_restore_wish wish = {{file_of(setup), passphrase, "verifying"}, &paths};
    int rc = backup_paths_fill(&none, &paths, err);

    if (rc == 0)
        rc = backup_source_is_encrypted(wish.source.path, err);
    if (rc > 0)
        rc = backup_passphrase_get(options_value(options, "passphrase-file"), passphrase, err);
    if (rc == 0)
        rc = one(&wish, out, err);
    explicit_bzero(passphrase, sizeof passphrase);
    return rc;
}

static int verify(
    const struct backup_restore_wish *wish, struct backup_restore_report *out, struct err *err)
{
    return backup_verify_read(&wish->source, &out->found, err);
}

int setup_restore_begin(struct setup *setup, struct err *err)
{
    struct backup_restore_report report = {0};
    int rc;

    setup->is_restored = file_of(setup) != NULL || has_note();
    if (file_of(setup) == NULL || !setup->is_dry)
        return 0;
    rc = with_backup(setup, verify, &report, err);
    if (rc < 0)
        return rc;
    setup->brings_ca = report.found.about.has_keys;
    archive_list_clear(&report.found.list);
    return 0;
}

int setup_restore_look(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    char digest[DIGEST_SHA256_TEXT_SIZE];
    bool has_state = tree_has_files(STATE); // which is put back last
    int rc = take_digest(file_of(setup), digest, err);

    if (rc < 0)
        return rc;
    if (has_state && notes(DONE, digest))
        return setup_find(finding, SETUP_KEPT, "%s was put back already", file_of(setup));
    if (has_state && !notes(BEGUN, digest))
        return err_set(err, ERR_CONFLICT,
            "there is a fleet in " STATE " already, which is left alone: to put the backup in its "
            "place, stop the services and move " STATE " and " SETUP_PKI " away");
    return setup_find(finding, SETUP_CREATED, "what %s holds", file_of(setup));
}

int setup_restore_put_back(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    struct backup_restore_report report = {0};
    char digest[DIGEST_SHA256_TEXT_SIZE];
    char when[CLOCK_TEXT_SIZE];
    bool was_noted = has_note();
    int rc = take_digest(file_of(setup), digest, err);

    if (rc == 0)
        rc = note(BEGUN, digest, err);
    if (rc < 0)
        return rc;
    rc = with_backup(setup, backup_restore_run, &report, err);
    if ((rc == ERR_CONFLICT || rc == ERR_DENIED || rc == ERR_INVALID) && !was_noted)
        (void)unlink(SETUP_RESTORED); // it is no such machine
    if (rc == 0)
        rc = note(DONE, digest, err);
    if (rc < 0)
        return rc;
    clock_format(report.found.about.made_at_ms, when);
    setup_find(finding, SETUP_CREATED,
        "%lld files of %s, of %s, with %lld devices; revoke again what was revoked since then",
        (long long)report.files, file_of(setup), when, (long long)report.found.database.devices);
    archive_list_clear(&report.found.list);
    return 0;
}

int setup_restore_look_ca(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    if (setup->brings_ca)
        return setup_find(finding, SETUP_KEPT,
            "the CA of the backup; what else is to do shows when that is back");
    return setup_pair_look_ca(setup, finding, err);
}
