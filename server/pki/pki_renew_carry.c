// Certificates on their way to another machine's CA, and back.
#include "server/pki/pki_renew_carry.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/credential_file.h"
#include "server/pki/issued.h"
#include "server/pki/renewal.h"

#define FOLDER_MODE 0700

static int place(char out[PATH_MAX], const char *folder, const char *name, struct err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s/%s", folder, name);
    return 0;
}

void pki_renew_carry_clear(struct pki_renew_carry *carry)
{
    for (size_t i = 0; i < carry->count; i++)
        certificate_free(carry->answers[i]);
    carry->count = 0;
}

static int write_all(const char *path, const struct certificate_file *file, struct err *err)
{
    char *text;
    size_t n;
    int rc = issued_format(file->certificates, file->count, &text, &n, err);

    if (rc < 0)
        return rc;
    rc = credential_file_write(path, text, CREDENTIAL_FILE_PUBLIC, false, err);
    free(text);
    return rc;
}

int pki_renew_carry_begin(struct pki_renew_carry *carry, const char *folder, struct err *err)
{
    struct certificate_file ca = {0};
    char path[PATH_MAX];
    int rc = place(path, folder, "ca.crt", err);

    if (rc == 0)
        rc = certificate_file_read(path, &ca, err);
    if (rc == 0)
        rc = file_make_folder(carry->path, FOLDER_MODE, err);
    if (rc == 0)
        rc = place(path, carry->path, "ca.crt", err);
    if (rc == 0)
        rc = write_all(path, &ca, err);
    certificate_file_clear(&ca);
    return rc;
}

int pki_renew_carry_request(struct pki_renew *renew, struct pki_renew_item *item, struct err *err)
{
    const struct pki_renew_carry *carry = renew->act_ctx;
    const char *slash = strchr(item->name, '/');
    char subfolder[16];
    char below[PATH_MAX];
    char file[PATH_MAX];
    char path[PATH_MAX];
    int rc;

    snprintf(subfolder, sizeof subfolder, "%.*s", (int)(slash - item->name), item->name);
    rc = place(below, carry->path, subfolder, err);
    if (rc == 0)
        rc = file_make_folder(below, FOLDER_MODE, err);
    if (rc == 0 && (size_t)snprintf(file, sizeof file, "%s.crt", item->name) >= sizeof file)
        rc = err_set(err, ERR_INVALID, "path too long: %s", item->name);
    if (rc == 0)
        rc = place(path, carry->path, file, err);
    if (rc == 0)
        rc = write_all(path, &item->file, err);
    if (rc == 0)
        item->state = PKI_RENEW_DUE;
    return rc;
}

static int read_file(struct pki_renew_carry *carry, const char *path, struct err *err)
{
    struct certificate_file file;
    int rc = certificate_file_read(path, &file, err);

    if (rc < 0)
        return err_context(err, "%s", path);
    if (carry->count + file.count > PKI_RENEW_CARRY_MAX) {
        certificate_file_clear(&file);
        return err_set(
            err, ERR_TOO_LARGE, "an answer of more than %d certificates", PKI_RENEW_CARRY_MAX);
    }
    for (size_t i = 0; i < file.count; i++)
        carry->answers[carry->count++] = file.certificates[i];
    return 0;
}

static int read_below(struct pki_renew_carry *carry, const char *subfolder, struct err *err)
{
    char below[PATH_MAX];
    char path[PATH_MAX];
    const struct dirent *entry;
    int rc = place(below, carry->path, subfolder, err);
    DIR *dir = rc == 0 ? opendir(below) : NULL;

    if (rc < 0)
        return rc;
    if (dir == NULL)
        return errno == ENOENT ? 0 : err_set(err, ERR_IO, "cannot open %s: %m", below);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's may be called for different folders
    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        size_t n = strlen(entry->d_name);

        if (entry->d_name[0] == '.' || n < 5 || strcmp(entry->d_name + n - 4, ".crt") != 0)
            continue;
        rc = place(path, below, entry->d_name, err);
        if (rc == 0)
            rc = read_file(carry, path, err);
    }
    closedir(dir);
    return rc;
}

int pki_renew_carry_read(struct pki_renew_carry *carry, struct err *err)
{
    struct stat st;
    int rc;

    if (stat(carry->path, &st) < 0)
        return err_set(err, ERR_NOT_FOUND, "cannot look at %s: %m", carry->path);
    if (!S_ISDIR(st.st_mode))
        return read_file(carry, carry->path, err);
    rc = read_below(carry, "servers", err);
    return rc < 0 ? rc : read_below(carry, "clients", err);
}

// The one for the same key that ends last, or NULL.
static struct certificate *find(const struct pki_renew_carry *carry, const struct certificate *old)
{
    struct certificate *found = NULL;
    char key[DIGEST_SHA256_TEXT_SIZE];
    char other[DIGEST_SHA256_TEXT_SIZE];

    if (certificate_key_id(old, key, NULL) < 0)
        return NULL;
    for (size_t i = 0; i < carry->count; i++) {
        if (certificate_key_id(carry->answers[i], other, NULL) == 0 && strcmp(key, other) == 0 &&
            (found == NULL ||
                certificate_not_after_ms(carry->answers[i]) > certificate_not_after_ms(found)))
            found = carry->answers[i];
    }
    return found;
}

static bool is_same(const struct certificate *one, const struct certificate *other)
{
    char prints[2][DIGEST_SHA256_TEXT_SIZE];

    return certificate_fingerprint(one, prints[0], NULL) == 0 &&
           certificate_fingerprint(other, prints[1], NULL) == 0 &&
           strcmp(prints[0], prints[1]) == 0;
}

static int check_dates(const struct pki_renew *renew, const struct certificate *old,
    const struct certificate *fresh, struct err *err)
{
    char text[CLOCK_TEXT_SIZE];

    clock_format(certificate_not_after_ms(fresh), text);
    if (certificate_not_after_ms(fresh) <= certificate_not_after_ms(old))
        return err_set(err, ERR_CONFLICT, "the new certificate ends on %s, no later", text);
    if (certificate_not_after_ms(fresh) <= renew->now_ms)
        return err_set(err, ERR_EXPIRED, "the new certificate ended on %s", text);
    clock_format(certificate_not_before_ms(fresh), text);
    if (certificate_not_before_ms(fresh) > renew->now_ms)
        return err_set(err, ERR_EXPIRED, "the new certificate begins only on %s", text);
    return 0;
}

int pki_renew_carry_answer(struct pki_renew *renew, struct pki_renew_item *item, struct err *err)
{
    const struct certificate *old = item->file.certificates[0];
    struct certificate *fresh = find(renew->act_ctx, old);
    int rc;

    if (fresh == NULL || is_same(old, fresh)) {
        item->due_ms = renewal_due_ms(old, 0);
        item->state = renew->now_ms < item->due_ms ? PKI_RENEW_GOOD : PKI_RENEW_ELSEWHERE;
        return 0;
    }
    rc = authority_vouches(renew->authority, fresh, err);
    if (rc == 0)
        rc = renewal_check(old, fresh, err);
    if (rc == 0)
        rc = check_dates(renew, old, fresh, err);
    return rc < 0 ? rc : pki_renew_replace(renew, item, fresh, err);
}
