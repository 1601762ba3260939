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

// The certificates of a file, and what of them goes.
struct joining {
    struct certificate_file file;
    char fingerprints[CERTIFICATE_FILE_MAX][DIGEST_SHA256_TEXT_SIZE];
    const struct certificate *gone; // or NULL
    struct certificate *added;      // or NULL
};

static int read_joining(const char *path, const char *from, const struct ca_file_edit *edit,
    struct joining *joining, struct err *err)
{
    int rc = certificate_file_read(path, &joining->file, err);

    for (size_t i = 0; rc == 0 && i < joining->file.count; i++) {
        rc = certificate_fingerprint(joining->file.certificates[i], joining->fingerprints[i], err);
        if (rc == 0 && strcmp(joining->fingerprints[i], edit->without) == 0)
            joining->gone = joining->file.certificates[i];
    }
    if (rc == 0 && edit->with[0] != '\0')
        rc = certificate_load(from, &joining->added, err);
    return rc;
}

// One that was signed with a key that both have stays.
static bool goes_with(const struct joining *joining, const struct certificate *certificate)
{
    return joining->gone != NULL && certificate_is_below(certificate, joining->gone) &&
           (joining->added == NULL || !certificate_is_below(certificate, joining->added));
}

static int append_all(
    const struct joining *joining, const struct ca_file_edit *edit, char **text, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < joining->file.count; i++) {
        const struct certificate *certificate = joining->file.certificates[i];

        if (certificate == joining->gone) {
            if (joining->added != NULL)
                rc = append(text, joining->added, err);
        } else if (strcmp(joining->fingerprints[i], edit->with) != 0 &&
                   !goes_with(joining, certificate)) {
            rc = append(text, certificate, err);
        }
    }
    if (rc == 0 && joining->gone == NULL && joining->added != NULL)
        rc = append(text, joining->added, err);
    return rc;
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
        "both CAs' certificates have %zu bytes; devices accept files of %d. Use P-256 keys",
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
