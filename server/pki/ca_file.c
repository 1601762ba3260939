// Which CAs a folder's ca.crt holds.
#include "server/pki/ca_file.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/certificate_file.h"
#include "server/pki/credential_file.h"
#include "server/pki/digest.h"

static int place(char out[PATH_MAX], const char *folder, struct err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/" CONTRACT_FILE_CA, folder) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s", folder);
    return 0;
}

static int append(char **text, const struct certificate *certificate, struct err *err)
{
    char *pem;
    char *joined;
    int rc = certificate_to_pem(certificate, &pem, err);

    if (rc < 0)
        return rc;
    if (asprintf(&joined, "%s%s", *text != NULL ? *text : "", pem) < 0)
        joined = NULL;
    free(pem);
    free(*text);
    *text = joined;
    return joined != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for a CA");
}

// The certificates of a file, and which of them go.
struct joining {
    struct certificate_file file;
    char fingerprints[CERTIFICATE_FILE_MAX][DIGEST_SHA256_TEXT_SIZE];
    bool goes[CERTIFICATE_FILE_MAX];
    struct certificate *added; // or NULL
};

// Whether one of those that go, or else one of those that stay, has signed it.
static bool is_below(const struct joining *joining, size_t at, bool goes)
{
    const struct certificate *certificate = joining->file.certificates[at];

    for (size_t i = 0; i < joining->file.count; i++) {
        if (i != at && joining->goes[i] == goes &&
            certificate_is_below(certificate, joining->file.certificates[i]))
            return true;
    }
    return !goes && joining->added != NULL && certificate_is_below(certificate, joining->added);
}

// What is below one that goes goes, too, on all levels, unless one that stays has signed it.
static void mark_below(struct joining *joining)
{
    for (size_t round = 0; round < joining->file.count; round++) {
        for (size_t at = 0; at < joining->file.count; at++) {
            if (is_below(joining, at, true) && !is_below(joining, at, false))
                joining->goes[at] = true;
        }
    }
}

// When another one comes, other certificates of the key go, too: with them it would be trusted as
// before.
static int mark_same_key(
    struct joining *joining, const struct certificate *without, struct err *err)
{
    char gone[DIGEST_SHA256_TEXT_SIZE];
    char key[DIGEST_SHA256_TEXT_SIZE];
    int rc = certificate_key_id(without, gone, err);

    for (size_t i = 0; rc == 0 && i < joining->file.count; i++) {
        rc = certificate_key_id(joining->file.certificates[i], key, err);
        joining->goes[i] = joining->goes[i] || strcmp(key, gone) == 0;
    }
    return rc;
}

static int read_joining(const char *path, const char *from, const struct ca_file_edit *edit,
    struct joining *joining, struct err *err)
{
    const struct certificate *without = NULL;
    int rc = certificate_file_read(path, &joining->file, err);

    for (size_t i = 0; rc == 0 && i < joining->file.count; i++) {
        rc = certificate_fingerprint(joining->file.certificates[i], joining->fingerprints[i], err);
        joining->goes[i] = rc == 0 && strcmp(joining->fingerprints[i], edit->without) == 0;
        if (joining->goes[i])
            without = joining->file.certificates[i];
    }
    if (rc == 0 && edit->with[0] != '\0')
        rc = certificate_load(from, &joining->added, err);
    if (rc == 0 && without != NULL && joining->added != NULL)
        rc = mark_same_key(joining, without, err);
    if (rc == 0)
        mark_below(joining);
    return rc;
}

static int append_all(
    const struct joining *joining, const struct ca_file_edit *edit, char **text, struct err *err)
{
    const struct certificate *added = joining->added; // until it has been added
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < joining->file.count; i++) {
        if (added != NULL && strcmp(joining->fingerprints[i], edit->without) == 0) {
            rc = append(text, added, err);
            added = NULL;
        } else if (!joining->goes[i] && strcmp(joining->fingerprints[i], edit->with) != 0) {
            rc = append(text, joining->file.certificates[i], err);
        }
    }
    return rc == 0 && added != NULL ? append(text, added, err) : rc;
}

static int join_text(const char *path, const char *from, const struct ca_file_edit *edit,
    char **text, struct err *err)
{
    struct joining joining = {0};
    int rc = read_joining(path, from, edit, &joining, err);

    if (rc == 0)
        rc = append_all(&joining, edit, text, err);
    certificate_file_clear(&joining.file);
    certificate_free(joining.added);
    return rc;
}

int ca_file_check_size(const char *text, struct err *err)
{
    if (strlen(text) <= CONTRACT_FILE_MAX)
        return 0;
    return err_set(err, ERR_INVALID,
        "the CAs' certificates have %zu bytes; devices accept files of %d. Use P-256 keys",
        strlen(text), CONTRACT_FILE_MAX);
}

int ca_file_edited(const char *folder, const char *from, const struct ca_file_edit *edit,
    char **text, struct err *err)
{
    char path[PATH_MAX];
    char other[PATH_MAX];
    int rc = place(path, folder, err);

    *text = NULL;
    if (rc == 0)
        rc = place(other, from, err);
    if (rc == 0)
        rc = join_text(path, other, edit, text, err);
    if (rc < 0) {
        free(*text);
        *text = NULL;
    }
    return rc;
}

int ca_file_edit(
    const char *folder, const char *from, const struct ca_file_edit *edit, struct err *err)
{
    char path[PATH_MAX];
    char *text = NULL;
    int rc = ca_file_edited(folder, from, edit, &text, err);

    if (rc == 0 && text == NULL)
        rc = err_set(err, ERR_INVALID, "nothing would be left in %s/ca.crt", folder);
    if (rc == 0)
        rc = ca_file_check_size(text, err);
    if (rc == 0)
        rc = place(path, folder, err);
    if (rc == 0)
        rc = file_replace_keep(
            path, (const uint8_t *)text, strlen(text), CREDENTIAL_FILE_PUBLIC, err);
    free(text);
    return rc;
}
