// One certificate after the other, by another CA.
#include "server/pki/pki_reissue.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mac.h"
#include "server/base/file.h"
#include "server/pki/authority.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/credential_file.h"
#include "server/pki/issued.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_rotation.h"
#include "server/pki/reissue_list.h"

#define AT_ONCE 64

static int place(char out[PATH_MAX], const char *folder, const char *name, struct err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s/%s", folder, name);
    return 0;
}

// The new CA, to sign with.
struct signer {
    const struct pki_reissue *reissue;
    struct issuer *issuer;
    struct authority *authority; // it alone
    char next[PATH_MAX];
    char previous[PATH_MAX];
};

static void signer_clear(struct signer *signer)
{
    issuer_free(signer->issuer);
    authority_free(signer->authority);
}

static int signer_open(const struct pki_reissue *reissue, struct signer *out, struct err *err)
{
    struct pki_rotation rotation;
    struct signer signer = {.reissue = reissue};
    char path[PATH_MAX];
    int rc = pki_rotation_look(reissue->folder, &rotation, err);

    if (rc == 0)
        rc = pki_rotation_previous(reissue->folder, &rotation, signer.previous, err);
    if (rc == 0)
        rc = place(signer.next, reissue->folder, "next", err);
    if (rc == 0)
        rc = place(path, signer.next, "ca.crt", err);
    if (rc == 0)
        rc = authority_load(path, &signer.authority, err);
    if (rc == 0)
        rc = pki_rotation_open(reissue->folder, &signer.issuer, err);
    if (rc < 0)
        signer_clear(&signer);
    else
        *out = signer;
    return rc;
}

static int sign(const struct signer *signer, const struct certificate *old, enum profile profile,
    struct certificate **out, struct err *err)
{
    struct certificate_facts facts;
    int rc = certificate_facts_of(old, &facts, err);
    struct issuer_order order = {
        .profile = profile,
        .common_name = facts.common_name,
        .unit = facts.unit[0] != '\0' ? facts.unit : NULL,
        .like = old,
        .now_ms = signer->reissue->now_ms,
    };

    return rc < 0 ? rc : issuer_issue_like(signer->issuer, &order, old, out, err);
}

// A walk over the devices' certificates.
struct walk {
    struct pki_reissue *reissue;
    const struct signer *signer;
    const struct reissue_list *made; // by the new CA, before
    int (*each)(const struct certificate *old, const struct certificate *fresh, void *ctx);
    void *ctx;
    struct certificate *olds[AT_ONCE];
    struct certificate *fresh[AT_ONCE];
    size_t count;
    struct err *err;
};

static int flush(struct walk *walk)
{
    int rc =
        walk->count > 0 ? issued_add(walk->signer->next, walk->fresh, walk->count, walk->err) : 0;

    for (size_t i = 0; i < walk->count; i++) {
        if (rc == 0) {
            rc = walk->each(walk->olds[i], walk->fresh[i], walk->ctx);
            walk->reissue->count++;
        }
        certificate_free(walk->olds[i]);
        certificate_free(walk->fresh[i]);
        walk->olds[i] = walk->fresh[i] = NULL;
    }
    walk->count = 0;
    return rc;
}

static int give_made(
    struct walk *walk, const struct certificate *old, const struct reissue_list_item *made)
{
    struct certificate *fresh;
    int rc = certificate_from_der(made->der, made->n, &fresh, walk->err);

    if (rc < 0)
        return rc;
    rc = walk->each(old, fresh, walk->ctx);
    walk->reissue->count++;
    certificate_free(fresh);
    return rc;
}

static int walk_one(struct walk *walk, const struct reissue_list_item *item)
{
    const struct reissue_list_item *made = reissue_list_find(walk->made, item);
    struct certificate *old;
    int rc = certificate_from_der(item->der, item->n, &old, walk->err);

    if (rc < 0)
        return rc;
    if (certificate_not_after_ms(old) <= walk->reissue->now_ms || made != NULL) {
        rc = made != NULL ? give_made(walk, old, made) : 0;
        certificate_free(old);
        return rc;
    }
    walk->olds[walk->count] = old;
    rc = sign(walk->signer, old, PROFILE_DEVICE, &walk->fresh[walk->count], walk->err);
    if (rc < 0) {
        certificate_free(old);
        walk->olds[walk->count] = NULL;
        return rc;
    }
    return ++walk->count == AT_ONCE ? flush(walk) : 0;
}

int pki_reissue_devices(struct pki_reissue *reissue,
    int (*each)(const struct certificate *old, const struct certificate *fresh, void *ctx),
    void *ctx, struct err *err)
{
    struct reissue_list olds = {0};
    struct reissue_list made = {0};
    struct signer signer;
    struct walk walk = {
        .reissue = reissue, .signer = &signer, .made = &made, .each = each, .ctx = ctx, .err = err};
    int rc = signer_open(reissue, &signer, err);

    if (rc < 0)
        return rc;
    reissue->count = 0;
    rc = reissue_list_read(reissue->folder, &olds, err);
    if (rc == 0)
        rc = reissue_list_read(signer.next, &made, err);
    for (size_t i = 0; rc == 0 && i < olds.count; i++)
        rc = walk_one(&walk, &olds.items[i]);
    if (rc == 0) {
        rc = flush(&walk);
    } else {
        for (size_t i = 0; i < walk.count; i++) {
            certificate_free(walk.olds[i]);
            certificate_free(walk.fresh[i]);
        }
    }
    reissue_list_clear(&olds);
    reissue_list_clear(&made);
    signer_clear(&signer);
    return rc;
}

// Calls act() for each NAME.crt of a folder below ours; without the folder for none.
struct files {
    struct pki_reissue *reissue;
    struct signer *signer;
    const char *subfolder;
    enum profile profile;
    int (*act)(struct files *files, const char *path, const char *name, struct err *err);
    const struct reissue_list *made;
};

static bool is_certificate(const char *name)
{
    size_t n = strlen(name);

    return name[0] != '.' && n > 4 && strcmp(name + n - 4, ".crt") == 0;
}

static int each_file(struct files *files, const char *folder, struct err *err)
{
    char below[PATH_MAX];
    char path[PATH_MAX];
    const struct dirent *entry;
    int rc = place(below, folder, files->subfolder, err);
    DIR *dir = rc == 0 ? opendir(below) : NULL;

    if (rc < 0)
        return rc;
    if (dir == NULL)
        return errno == ENOENT ? 0 : err_set(err, ERR_IO, "cannot open %s: %m", below);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's may be called for different folders
    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        if (!is_certificate(entry->d_name))
            continue;
        rc = place(path, below, entry->d_name, err);
        if (rc == 0)
            rc = files->act(files, path, entry->d_name, err);
    }
    closedir(dir);
    return rc;
}

static int write_one(const char *path, const struct certificate *certificate, struct err *err)
{
    char *pem;
    int rc = certificate_to_pem(certificate, &pem, err);

    if (rc < 0)
        return rc;
    rc = credential_file_write(path, pem, CREDENTIAL_FILE_PUBLIC, true, err);
    free(pem);
    return rc;
}

// Where an old certificate is kept; makes the folder.
static int place_kept(
    const struct files *files, const char *name, char out[PATH_MAX], struct err *err)
{
    char below[PATH_MAX];
    int rc = place(below, files->signer->previous, files->subfolder, err);

    if (rc == 0)
        rc = file_make_folder(below, 0700, err);
    return rc < 0 ? rc : place(out, below, name, err);
}

static int replace_server(struct files *files, const char *path, const char *name, struct err *err)
{
    struct certificate *old;
    struct certificate *fresh = NULL;
    char kept[PATH_MAX];
    int rc = certificate_load(path, &old, err);

    if (rc < 0)
        return rc;
    files->reissue->count++;
    if (authority_vouches(files->signer->authority, old, NULL) == 0) {
        certificate_free(old);
        return 0;
    }
    rc = place_kept(files, name, kept, err);
    if (rc == 0)
        rc = write_one(kept, old, err);
    if (rc == 0)
        rc = sign(files->signer, old, files->profile, &fresh, err);
    if (rc == 0)
        rc = issued_add(files->signer->next, &fresh, 1, err);
    if (rc == 0)
        rc = write_one(path, fresh, err);
    certificate_free(fresh);
    certificate_free(old);
    return rc < 0 ? err_context(err, "%s", path) : 0;
}

static int restore_server(struct files *files, const char *path, const char *name, struct err *err)
{
    struct certificate *old;
    char target[PATH_MAX];
    char below[PATH_MAX];
    int rc = place(below, files->reissue->folder, files->subfolder, err);

    if (rc == 0)
        rc = place(target, below, name, err);
    if (rc == 0)
        rc = certificate_load(path, &old, err);
    if (rc < 0)
        return rc;
    rc = write_one(target, old, err);
    certificate_free(old);
    files->reissue->count++;
    return rc;
}

// In servers/ and clients/ of ours, or of what is kept.
static int each_of_both(struct pki_reissue *reissue, bool is_kept,
    int (*act)(struct files *files, const char *path, const char *name, struct err *err),
    struct err *err)
{
    static const char *const subfolders[] = {"servers", "clients"};
    static const enum profile profiles[] = {PROFILE_SERVER, PROFILE_CLIENT};
    struct signer signer;
    int rc = signer_open(reissue, &signer, err);

    if (rc < 0)
        return rc;
    reissue->count = 0;
    for (size_t i = 0; rc == 0 && i < 2; i++) {
        struct files files = {reissue, &signer, subfolders[i], profiles[i], act, NULL};

        rc = each_file(&files, is_kept ? signer.previous : reissue->folder, err);
    }
    if (rc == 0)
        rc = credential_file_sync(reissue->folder, err);
    signer_clear(&signer);
    return rc;
}

int pki_reissue_servers(struct pki_reissue *reissue, struct err *err)
{
    return each_of_both(reissue, false, replace_server, err);
}

int pki_reissue_restore(struct pki_reissue *reissue, struct err *err)
{
    return each_of_both(reissue, true, restore_server, err);
}

static int replace_device(struct files *files, const char *path, const char *name, struct err *err)
{
    struct reissue_list_item item;
    const struct reissue_list_item *made;
    struct certificate *certificate;
    int rc = certificate_load(path, &certificate, err);

    (void)name;
    if (rc < 0)
        return rc;
    rc = reissue_list_describe(certificate, &item, err);
    certificate_free(certificate);
    made = rc > 0 ? reissue_list_find(files->made, &item) : NULL;
    if (rc <= 0 || made == NULL)
        return rc < 0 ? rc : 0;
    rc = certificate_from_der(made->der, made->n, &certificate, err);
    if (rc < 0)
        return rc;
    rc = write_one(path, certificate, err);
    certificate_free(certificate);
    files->reissue->count++;
    return rc;
}

int pki_reissue_files(struct pki_reissue *reissue, struct err *err)
{
    struct reissue_list made = {0};
    struct signer signer;
    struct files files = {reissue, &signer, "devices", PROFILE_DEVICE, replace_device, &made};
    int rc = signer_open(reissue, &signer, err);

    if (rc < 0)
        return rc;
    reissue->count = 0;
    rc = reissue_list_read(signer.next, &made, err);
    if (rc == 0)
        rc = each_file(&files, reissue->folder, err);
    if (rc == 0)
        rc = credential_file_sync(reissue->folder, err);
    reissue_list_clear(&made);
    signer_clear(&signer);
    return rc;
}
