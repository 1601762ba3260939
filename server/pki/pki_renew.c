// One certificate after the other, renewed if it is time.
#include "server/pki/pki_renew.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/credential_file.h"
#include "server/pki/issued.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_renew_ca.h"
#include "server/pki/private_key.h"
#include "server/pki/renewal.h"

static int place(char out[PATH_MAX], const char *folder, const char *name, struct err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s/%s", folder, name);
    return 0;
}

// The pair's other half may be away, or another user's; if it is here it has to fit.
static int check_key(const struct pki_renew_item *item, struct err *err)
{
    char id[DIGEST_SHA256_TEXT_SIZE];
    struct public_key public_half;
    struct private_key *key;
    int rc = private_key_load(item->pair.key_path, &key, NULL);

    if (rc == ERR_NOT_FOUND || rc == ERR_DENIED)
        return 0;
    if (rc < 0)
        return err_set(err, rc, "%s cannot be read", item->pair.key_path);
    rc = private_key_public(key, &public_half, err);
    private_key_free(key);
    if (rc == 0)
        rc = certificate_key_id(item->file.certificates[0], id, err);
    if (rc == 0 && strcmp(id, public_half.id) != 0)
        rc = err_set(
            err, ERR_CONFLICT, "%s is not the key of this certificate", item->pair.key_path);
    return rc;
}

// Issues what would be the new one, but gives it to nobody.
static int prepare(const struct pki_renew *renew, struct pki_renew_item *item, const char **folder,
    struct certificate **out, struct err *err)
{
    struct certificate *old = item->file.certificates[0];
    struct issuer *issuer;
    int rc = pki_renew_ca_find(renew, old, &issuer, folder, err);

    if (rc == ERR_NOT_FOUND)
        item->state = PKI_RENEW_ELSEWHERE;
    if (rc < 0)
        return rc;
    rc = check_key(item, err);
    if (rc == 0)
        rc = renewal_issue(issuer, old, renew->now_ms, out, err);
    issuer_free(issuer);
    if (rc < 0)
        return rc;
    rc = authority_vouches(renew->authority, *out, err);
    if (rc < 0)
        certificate_free(*out);
    return rc;
}

int pki_renew_look(struct pki_renew *renew, struct pki_renew_item *item, struct err *err)
{
    struct certificate *fresh = NULL;
    const char *folder = NULL;
    int rc = prepare(renew, item, &folder, &fresh, err);

    if (rc < 0)
        return rc;
    certificate_free(fresh);
    item->state = PKI_RENEW_DUE;
    return 0;
}

int pki_renew_replace(struct pki_renew *renew, struct pki_renew_item *item,
    struct certificate *fresh, struct err *err)
{
    struct certificate *old = item->file.certificates[0];
    char *text;
    size_t n;
    int rc;

    item->file.certificates[0] = fresh;
    rc = issued_format(item->file.certificates, item->file.count, &text, &n, err);
    item->file.certificates[0] = old;
    if (rc < 0)
        return rc;
    rc = renew->before(renew->ctx, err);
    if (rc == 0)
        file_sweep(item->pair.public_path);
    if (rc == 0)
        rc = credential_file_write(item->pair.public_path, text, CREDENTIAL_FILE_PUBLIC, true, err);
    free(text);
    if (rc < 0)
        return rc;
    item->state = PKI_RENEW_RENEWED;
    item->pair.not_after_ms = certificate_not_after_ms(fresh);
    return certificate_serial(fresh, item->pair.serial, err);
}

int pki_renew_issue(struct pki_renew *renew, struct pki_renew_item *item, struct err *err)
{
    struct certificate *fresh = NULL;
    const char *folder = NULL;
    int rc = prepare(renew, item, &folder, &fresh, err);

    if (rc < 0)
        return rc;
    rc = pki_renew_ca_record(folder, fresh, err);
    if (rc == 0)
        rc = pki_renew_replace(renew, item, fresh, err);
    certificate_free(fresh);
    return rc;
}

// One that begins later was issued by a clock that was ahead, or this one is behind: then another
// would have ended when it is right again. So nothing is issued, and somebody has to look.
static int check_begin(const struct certificate *certificate, int64_t now_ms, struct err *err)
{
    char text[CLOCK_TEXT_SIZE];

    if (certificate_not_before_ms(certificate) <= now_ms)
        return 0;
    clock_format(certificate_not_before_ms(certificate), text);
    return err_set(err, ERR_INVALID,
        "it is not valid before %s; if this machine's clock is right, `secureesp setup` issues it "
        "anew",
        text);
}

static int judge(struct pki_renew *renew, struct pki_renew_item *item, struct err *err)
{
    struct certificate *old = item->file.certificates[0];
    int rc = certificate_serial(old, item->pair.serial, err);

    item->due_ms = renewal_due_ms(old, renew->before_days);
    item->pair.not_after_ms = certificate_not_after_ms(old);
    if (rc == 0)
        rc = check_begin(old, renew->now_ms, err);
    if (rc < 0)
        return rc;
    item->state = PKI_RENEW_GOOD;
    if (renew->now_ms < item->due_ms)
        return 0;
    item->state = PKI_RENEW_FOREIGN;
    if (authority_vouches(renew->authority, old, NULL) < 0)
        return 0;
    item->state = PKI_RENEW_FAILED;
    rc = renew->is_revoked(old, renew->ctx, err);
    if (rc > 0)
        item->state = PKI_RENEW_REVOKED;
    return rc != 0 ? rc : renew->act(renew, item, err);
}

// name: "servers/mosquitto".
static int do_one(struct pki_renew *renew, const char *name, struct err *err)
{
    struct pki_renew_item item = {.name = name, .state = PKI_RENEW_FAILED};
    char file[NAME_MAX + 16];
    int rc;

    snprintf(file, sizeof file, "%s.crt", name);
    rc = place(item.pair.public_path, renew->folder, file, err);
    snprintf(file, sizeof file, "%s.key", name);
    if (rc == 0)
        rc = place(item.pair.key_path, renew->folder, file, err);
    if (rc < 0)
        return rc;
    rc = certificate_file_read(item.pair.public_path, &item.file, &item.why);
    if (rc == 0)
        rc = judge(renew, &item, &item.why);
    if (rc < 0 && item.state != PKI_RENEW_ELSEWHERE)
        item.state = PKI_RENEW_FAILED;
    renew->each(&item, renew->ctx);
    certificate_file_clear(&item.file);
    return 0;
}

static int is_certificate(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);

    return entry->d_name[0] != '.' && n > 4 && strcmp(entry->d_name + n - 4, ".crt") == 0;
}

static int do_folder(struct pki_renew *renew, const char *subfolder, struct err *err)
{
    char below[PATH_MAX];
    char name[NAME_MAX + 8];
    struct dirent **entries;
    int rc = place(below, renew->folder, subfolder, err);

    if (rc < 0)
        return rc;

    int count = scandir(below, &entries, is_certificate, alphasort);

    if (count < 0)
        return errno == ENOENT ? 0 : err_set(err, ERR_IO, "cannot list %s: %m", below);
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%.*s", subfolder, (int)strlen(entries[i]->d_name) - 4,
            entries[i]->d_name);
        if (rc == 0)
            rc = do_one(renew, name, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

int pki_renew_each(struct pki_renew *renew, struct err *err)
{
    char path[PATH_MAX];
    int rc = place(path, renew->folder, "ca.crt", err);

    if (rc == 0)
        rc = authority_load(path, &renew->authority, err);
    if (rc < 0)
        return rc;
    rc = do_folder(renew, "servers", err);
    if (rc == 0)
        rc = do_folder(renew, "clients", err);
    authority_free(renew->authority);
    renew->authority = NULL;
    return rc;
}
