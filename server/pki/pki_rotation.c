// The old CA and the new one, side by side in a folder.
#include "server/pki/pki_rotation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/contract.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/ca_file.h"
#include "server/pki/certificate_file.h"
#include "server/pki/credential_check.h"
#include "server/pki/credential_file.h"

#define NEXT "next"
#define SHORT 8 // digits of a fingerprint in a folder's name

static int place(char out[PATH_MAX], const char *folder, const char *name, struct err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s/%s", folder, name);
    return 0;
}

static bool exists(const char *folder, const char *name)
{
    char path[PATH_MAX];

    return place(path, folder, name, NULL) == 0 && access(path, F_OK) == 0;
}

static int place_next(char out[PATH_MAX], const char *folder, struct err *err)
{
    return place(out, folder, NEXT, err);
}

static int place_short(char out[PATH_MAX], const char *folder, const char *kind,
    const char *fingerprint, struct err *err)
{
    char name[64];

    snprintf(name, sizeof name, "%s-%.*s", kind, SHORT, fingerprint);
    return place(out, folder, name, err);
}

int pki_rotation_previous(
    const char *folder, const struct pki_rotation *rotation, char out[PATH_MAX], struct err *err)
{
    return place_short(out, folder, "previous", rotation->old_ca, err);
}

int pki_rotation_open(const char *folder, struct issuer **out, struct err *err)
{
    char next[PATH_MAX];
    int rc = place_next(next, folder, err);

    return rc < 0 ? rc : pki_folder_open(next, out, err);
}

static int read_fingerprint(const char *folder, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err)
{
    struct certificate *certificate;
    char path[PATH_MAX];
    int rc = place(path, folder, CONTRACT_FILE_CA, err);

    if (rc == 0)
        rc = certificate_load(path, &certificate, err);
    if (rc < 0)
        return rc;
    rc = certificate_fingerprint(certificate, out, err);
    certificate_free(certificate);
    return rc;
}

int pki_rotation_look(const char *folder, struct pki_rotation *out, struct err *err)
{
    struct pki_rotation found = {0};
    char next[PATH_MAX];
    int rc = place_next(next, folder, err);

    if (rc == 0 && (!exists(next, CONTRACT_FILE_CA) || !exists(next, "ca.key")))
        return err_set(err, ERR_NOT_FOUND,
            "there is no new CA in %s; 'secureesp pki rotate start %s' makes one", next, folder);
    if (rc == 0)
        rc = read_fingerprint(next, found.new_ca, err);
    if (rc == 0)
        rc = read_fingerprint(folder, found.old_ca, err);
    if (rc == 0)
        *out = found;
    return rc;
}

// Before anybody is told of it: whether devices could take both.
static int check_both(const char *folder, const struct pki_rotation *rotation, struct err *err)
{
    struct ca_file_edit edit = {"", rotation->new_ca};
    char next[PATH_MAX];
    char path[PATH_MAX];
    char *text = NULL;
    int64_t end_ms;
    int rc = place_next(next, folder, err);

    if (rc == 0)
        rc = place(path, next, CONTRACT_FILE_CA, err);
    if (rc == 0)
        rc = credential_check_ca(path, clock_system_ms(), &end_ms, err);
    if (rc == 0)
        rc = ca_file_edited(folder, next, &edit, &text, err);
    if (rc == 0)
        rc = ca_file_check_size(text, err);
    free(text);
    return rc;
}

// What stands above all others in ca.crt can change: devices of those below it count as its own.
static int check_top(const char *folder, struct err *err)
{
    struct certificate_file file;
    char path[PATH_MAX];
    int rc = place(path, folder, CONTRACT_FILE_CA, err);

    if (rc == 0)
        rc = certificate_file_read(path, &file, err);
    if (rc < 0)
        return rc;
    for (size_t i = 1; rc == 0 && i < file.count; i++) {
        if (certificate_is_below(file.certificates[0], file.certificates[i]))
            rc = err_set(err, ERR_INVALID,
                "the CA of %s is below another one in its ca.crt: change that one", folder);
    }
    certificate_file_clear(&file);
    return rc;
}

int pki_rotation_make(const struct pki_folder_order *order, const char *common_name,
    struct pki_rotation *out, struct err *err)
{
    char next[PATH_MAX];
    struct pki_folder_order wanted = *order;
    struct pki_folder_pair pair;
    struct issuer *issuer = NULL;
    int rc = place_next(next, order->folder, err);

    if (rc == 0)
        rc = pki_folder_open(order->folder, &issuer, err); // ca.key is that of the first in ca.crt
    if (rc < 0)
        return rc;
    wanted.folder = next;
    wanted.is_root = issuer_allows_ca(issuer);
    wanted.force = true; // over what was cut short: it has no certificate
    issuer_free(issuer);
    issuer = NULL;
    rc = check_top(order->folder, err);
    if (rc < 0)
        return rc;
    if (!exists(next, CONTRACT_FILE_CA)) // which is written last
        rc = pki_folder_init(&wanted, common_name, &pair, err);
    if (rc == 0)
        rc = credential_file_sync(order->folder, err);
    if (rc == 0)
        rc = pki_rotation_open(order->folder, &issuer, err);
    if (rc < 0)
        return rc;
    issuer_free(issuer);
    rc = pki_rotation_look(order->folder, out, err);
    return rc < 0 ? rc : check_both(order->folder, out, err);
}

int pki_rotation_join(const char *folder, struct err *err)
{
    struct pki_rotation rotation;
    char next[PATH_MAX];
    int rc = pki_rotation_look(folder, &rotation, err);

    if (rc == 0)
        rc = place_next(next, folder, err);
    if (rc < 0)
        return rc;

    struct ca_file_edit edit = {"", rotation.new_ca};

    return ca_file_edit(folder, next, &edit, err);
}

bool pki_rotation_is_finishing(const char *folder)
{
    struct pki_rotation rotation = {0};
    char next[PATH_MAX];
    char previous[PATH_MAX];

    if (place_next(next, folder, NULL) < 0 || !exists(next, CONTRACT_FILE_CA) ||
        exists(next, "ca.key") || read_fingerprint(next, rotation.new_ca, NULL) < 0 ||
        read_fingerprint(folder, rotation.old_ca, NULL) < 0 ||
        pki_rotation_previous(folder, &rotation, previous, NULL) < 0)
        return false;
    // A folder that somebody prepared without a key is none that was left in the middle.
    return strcmp(rotation.old_ca, rotation.new_ca) == 0 || exists(previous, "ca.key");
}

// Moves a file that is there, but never onto another.
static int move(const char *const folders[2], const char *name, struct err *err)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    int rc = place(from, folders[0], name, err);

    if (rc == 0)
        rc = place(to, folders[1], name, err);
    if (rc < 0 || access(from, F_OK) != 0)
        return rc;
    if (access(to, F_OK) == 0)
        return err_set(err, ERR_CONFLICT, "%s is there already", to);
    if (rename(from, to) != 0)
        return err_set(err, ERR_IO, "cannot move %s to %s: %m", from, to);
    rc = file_sync_folder_of(to, err);
    return rc < 0 ? rc : file_sync_folder_of(from, err);
}

// The old CA's key and record make room for the new one's. Which key lies in the folder, the new
// one's place tells: it is there until it has moved.
static int exchange(const char *folder, const char *next, const char *previous, struct err *err)
{
    static const char *const names[] = {"issued.pem", "ca.key"}; // the key last
    const char *const away[2] = {folder, previous};
    const char *const in[2] = {next, folder};
    char path[PATH_MAX];
    char *text = NULL;
    struct ca_file_edit all = {"", ""};
    int rc = file_make_folder(previous, 0700, err);

    if (rc == 0 && !exists(previous, CONTRACT_FILE_CA)) {
        rc = ca_file_edited(folder, next, &all, &text, err);
        if (rc == 0)
            rc = place(path, previous, CONTRACT_FILE_CA, err);
        if (rc == 0)
            rc = file_replace(
                path, (const uint8_t *)text, strlen(text), CREDENTIAL_FILE_PUBLIC, err);
        free(text);
    }
    for (size_t i = 0; rc == 0 && i < sizeof names / sizeof names[0]; i++) {
        if (!exists(next, names[i]))
            continue; // it has moved, or there never was one
        if (!exists(previous, names[i]))
            rc = move(away, names[i], err);
        if (rc == 0)
            rc = move(in, names[i], err);
    }
    return rc;
}

int pki_rotation_finish(const char *folder, struct err *err)
{
    struct pki_rotation rotation;
    char next[PATH_MAX];
    char previous[PATH_MAX];
    char path[PATH_MAX];
    int rc = place_next(next, folder, err);

    if (rc == 0)
        rc = read_fingerprint(next, rotation.new_ca, err);
    if (rc == 0)
        rc = read_fingerprint(folder, rotation.old_ca, err);
    if (rc < 0)
        return rc;
    if (!exists(next, "ca.key") && !pki_rotation_is_finishing(folder))
        return err_set(err, ERR_NOT_FOUND, "the new CA's key is not in %s", next);
    if (strcmp(rotation.old_ca, rotation.new_ca) != 0) {
        struct ca_file_edit edit = {rotation.old_ca, rotation.new_ca};

        rc = pki_rotation_previous(folder, &rotation, previous, err);
        if (rc == 0)
            rc = exchange(folder, next, previous, err);
        if (rc == 0)
            rc = ca_file_edit(folder, next, &edit, err);
    }
    if (rc == 0)
        rc = place(path, next, CONTRACT_FILE_CA, err);
    if (rc < 0)
        return rc;
    if (unlink(path) != 0 || rmdir(next) != 0)
        return err_set(err, ERR_IO, "cannot remove %s: %m", next);
    return file_sync_folder_of(next, err);
}

int pki_rotation_abandon(const char *folder, struct err *err)
{
    struct pki_rotation rotation;
    char next[PATH_MAX];
    char away[PATH_MAX];
    char previous[PATH_MAX];
    char kept[PATH_MAX];
    int rc = pki_rotation_look(folder, &rotation, err);

    if (rc == 0)
        rc = place_next(next, folder, err);
    if (rc == 0)
        rc = place_short(away, folder, "abandoned", rotation.new_ca, err);
    if (rc == 0)
        rc = pki_rotation_previous(folder, &rotation, previous, err);
    if (rc == 0)
        rc = place(kept, next, "previous", err);
    if (rc < 0)
        return rc;

    struct ca_file_edit edit = {rotation.new_ca, ""};

    rc = ca_file_edit(folder, next, &edit, err);
    if (rc < 0)
        return rc;
    if (rename(previous, kept) != 0 && errno != ENOENT)
        return err_set(err, ERR_IO, "cannot move %s: %m", previous);
    if (rename(next, away) != 0)
        return err_set(err, ERR_IO, "cannot move %s: %m", next);
    return file_sync_folder_of(next, err);
}
