// From a client's certificate to a device.
#include "server/auth/device_auth.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/change_lock.h"
#include "server/base/clock.h"
#include "server/pki/authority_root.h"
#include "server/pki/device_credential.h"
#include "server/pki/digest.h"
#include "server/pki/judged.h"

struct device_auth {
    char *ca_file;
    pthread_rwlock_t lock; // guards all below
    struct authority *authority;
    unsigned generation;             // of the authority
    struct revocation_list *revoked; // NULL: nobody
    struct judged *judged;           // of devices; whether one is revoked is looked at at each use
    device_auth_met *met;            // or NULL
    void *met_ctx;
};

int device_auth_new(const char *ca_file, struct device_auth **out, struct err *err)
{
    struct device_auth *auth = calloc(1, sizeof *auth);
    int rc;

    if (auth == NULL || (auth->ca_file = strdup(ca_file)) == NULL ||
        judged_new(&auth->judged) < 0) {
        if (auth != NULL)
            free(auth->ca_file);
        free(auth);
        return err_set(err, ERR_NO_MEMORY, "no memory for the CA");
    }
    change_lock_init(&auth->lock);
    rc = authority_load(ca_file, &auth->authority, err);
    if (rc < 0) {
        device_auth_free(auth);
        return rc;
    }
    *out = auth;
    return 0;
}

void device_auth_free(struct device_auth *auth)
{
    if (auth == NULL)
        return;
    authority_free(auth->authority);
    judged_free(auth->judged);
    revocation_list_free(auth->revoked);
    pthread_rwlock_destroy(&auth->lock);
    free(auth->ca_file);
    free(auth);
}

int device_auth_reload(struct device_auth *auth, struct err *err)
{
    struct authority *fresh;
    int rc = authority_load(auth->ca_file, &fresh, err);

    if (rc < 0)
        return rc;
    pthread_rwlock_wrlock(&auth->lock);

    struct authority *old = auth->authority;

    auth->authority = fresh;
    auth->generation++;
    judged_forget(auth->judged);
    pthread_rwlock_unlock(&auth->lock);
    authority_free(old);
    return 0;
}

void device_auth_set_revoked(struct device_auth *auth, struct revocation_list *revoked)
{
    pthread_rwlock_wrlock(&auth->lock);

    struct revocation_list *old = auth->revoked;

    auth->revoked = revoked;
    pthread_rwlock_unlock(&auth->lock);
    revocation_list_free(old);
}

void device_auth_on_met(struct device_auth *auth, device_auth_met *met, void *ctx)
{
    auth->met = met;
    auth->met_ctx = ctx;
}

// With the lock held.
static bool has_device(const struct device_auth *auth, const char *mac, int64_t begins_ms)
{
    return auth->revoked != NULL && revocation_list_has_device(auth->revoked, mac, begins_ms);
}

bool device_auth_is_revoked(struct device_auth *auth, const char *mac)
{
    pthread_rwlock_rdlock(&auth->lock);

    bool revoked = has_device(auth, mac, INT64_MAX - 1); // no certificate begins so late

    pthread_rwlock_unlock(&auth->lock);
    return revoked;
}

static bool has_serial(const struct device_auth *auth, const char *serial)
{
    return auth->revoked != NULL && revocation_list_has_serial(auth->revoked, serial);
}

bool device_auth_is_serial_revoked(struct device_auth *auth, const char *serial)
{
    pthread_rwlock_rdlock(&auth->lock);

    bool revoked = has_serial(auth, serial);

    pthread_rwlock_unlock(&auth->lock);
    return revoked;
}

int device_auth_copy_ca(struct device_auth *auth, uint8_t **pem, size_t *n)
{
    pthread_rwlock_rdlock(&auth->lock);

    const uint8_t *bytes = authority_pem(auth->authority, n);
    uint8_t *copy = malloc(*n + 1);

    if (copy != NULL) {
        memcpy(copy, bytes, *n);
        copy[*n] = '\0';
    }
    pthread_rwlock_unlock(&auth->lock);
    *pem = copy;
    return copy != NULL ? 0 : ERR_NO_MEMORY;
}

bool device_auth_has_ca(struct device_auth *auth, const char *fingerprint)
{
    pthread_rwlock_rdlock(&auth->lock);

    bool has = authority_has(auth->authority, fingerprint);

    pthread_rwlock_unlock(&auth->lock);
    return has;
}

size_t device_auth_copy_fingerprints(
    struct device_auth *auth, char out[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE])
{
    pthread_rwlock_rdlock(&auth->lock);

    size_t count = authority_copy_fingerprints(auth->authority, out);

    pthread_rwlock_unlock(&auth->lock);
    return count;
}

int device_auth_check_own(
    struct device_auth *auth, const uint8_t *pem, size_t n, const char *mac, struct err *err)
{
    int rc = device_credential_check_certificate(pem, n, mac, err);

    if (rc < 0)
        return rc;
    pthread_rwlock_rdlock(&auth->lock);
    rc = credential_check_device_pem(auth->authority, pem, n, clock_system_ms(), err);
    pthread_rwlock_unlock(&auth->lock);
    return rc;
}

void device_auth_root_of(
    struct device_auth *auth, const char *ca, char out[DIGEST_SHA256_TEXT_SIZE])
{
    pthread_rwlock_rdlock(&auth->lock);
    authority_root_of(auth->authority, ca, out);
    pthread_rwlock_unlock(&auth->lock);
}

int device_auth_find_root(struct device_auth *auth, const struct certificate *certificate,
    char out[DIGEST_SHA256_TEXT_SIZE], struct err *err)
{
    char ca[DIGEST_SHA256_TEXT_SIZE];

    pthread_rwlock_rdlock(&auth->lock);

    int rc = authority_find(auth->authority, certificate, ca, err);

    if (rc == 0)
        authority_root_of(auth->authority, ca, out);
    pthread_rwlock_unlock(&auth->lock);
    return rc;
}

int device_auth_vouches(
    struct device_auth *auth, const struct certificate *certificate, struct err *err)
{
    pthread_rwlock_rdlock(&auth->lock);

    int rc = authority_vouches(auth->authority, certificate, err);

    pthread_rwlock_unlock(&auth->lock);
    return rc;
}

int device_auth_check_server(struct device_auth *auth, const struct credential_check_files *files,
    struct certificate **out, struct err *err)
{
    struct credential_check_files own = *files;

    pthread_rwlock_rdlock(&auth->lock);
    own.ca = NULL;
    own.authority = auth->authority;

    int rc = credential_check_server(&own, clock_system_ms(), out, err);

    pthread_rwlock_unlock(&auth->lock);
    return rc;
}

// What is remembered of a certificate, as it is now.
static bool recall(struct device_auth *auth, const char *fingerprint,
    struct certificate_facts *facts, char mac[MAC_SIZE])
{
    const struct certificate_facts *known;
    int64_t now_ms = clock_system_ms();

    pthread_rwlock_rdlock(&auth->lock);
    known = judged_find(auth->judged, fingerprint, now_ms);
    if (known != NULL)
        *facts = *known;
    pthread_rwlock_unlock(&auth->lock);
    return known != NULL && mac_parse(facts->common_name, mac);
}

static int judge(struct device_auth *auth, const uint8_t *der, size_t n,
    struct certificate_facts *facts, unsigned *generation, struct err *err)
{
    int rc;

    pthread_rwlock_rdlock(&auth->lock);
    *generation = auth->generation;
    rc = authority_judge_client(auth->authority, der, n, clock_system_ms(), facts, err);
    pthread_rwlock_unlock(&auth->lock);
    return rc;
}

int device_auth_judge_client(struct device_auth *auth, const uint8_t *der, size_t n,
    struct certificate_facts *out, struct err *err)
{
    unsigned generation;
    int rc = judge(auth, der, n, out, &generation, err);

    if (rc == 0 && device_auth_is_serial_revoked(auth, out->serial))
        rc = err_set(err, ERR_REVOKED, "certificate %s is revoked", out->serial);
    return rc;
}

// Remembers a certificate, unless the CA has changed since it was judged.
static void remember(struct device_auth *auth, const char *fingerprint,
    const struct certificate_facts *facts, unsigned generation)
{
    pthread_rwlock_wrlock(&auth->lock);
    if (generation == auth->generation)
        judged_keep(auth->judged, fingerprint, facts);
    pthread_rwlock_unlock(&auth->lock);
}

static int meet(struct device_auth *auth, const struct device_auth_shown *shown,
    struct certificate_facts *facts, char mac[MAC_SIZE], struct err *err)
{
    unsigned generation;
    int rc = judge(auth, shown->der, shown->n, facts, &generation, err);

    if (rc < 0)
        return rc;
    if (!mac_parse(facts->common_name, mac))
        return err_set(err, ERR_DENIED, "common name '%s' is not a MAC", facts->common_name);
    remember(auth, shown->fingerprint, facts, generation);
    if (auth->met != NULL)
        auth->met(facts, mac, auth->met_ctx);
    return 0;
}

static int check_revoked(struct device_auth *auth, const struct certificate_facts *facts,
    const char *mac, struct err *err)
{
    pthread_rwlock_rdlock(&auth->lock);

    bool device = has_device(auth, mac, INT64_MAX - 1);
    bool certificate = has_device(auth, mac, facts->begins_ms) || has_serial(auth, facts->serial);

    pthread_rwlock_unlock(&auth->lock);
    if (device)
        return err_set(err, ERR_REVOKED, "device %s is revoked", mac);
    if (certificate)
        return err_set(
            err, ERR_REVOKED, "certificate %s of device %s is revoked", facts->serial, mac);
    return 0;
}

// Whose certificate it is, unless it is shut out.
static int name_owner(struct device_auth *auth, const struct certificate_facts *facts,
    char mac[MAC_SIZE], struct err *err)
{
    char own[MAC_SIZE];
    int rc;

    if (!mac_parse(facts->common_name, own))
        return err_set(err, ERR_DENIED, "common name '%s' is not a MAC", facts->common_name);
    rc = check_revoked(auth, facts, own, err);
    if (rc == 0)
        memcpy(mac, own, MAC_SIZE);
    return rc;
}

int device_auth_identify(
    struct device_auth *auth, const uint8_t *der, size_t n, char mac[MAC_SIZE], struct err *err)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];

    digest_sha256(der, n, fingerprint);
    return device_auth_identify_shown(
        auth, &(struct device_auth_shown){der, n, fingerprint}, mac, err);
}

int device_auth_identify_shown(struct device_auth *auth, const struct device_auth_shown *shown,
    char mac[MAC_SIZE], struct err *err)
{
    struct certificate_facts facts;
    char own[MAC_SIZE];
    int rc =
        recall(auth, shown->fingerprint, &facts, own) ? 0 : meet(auth, shown, &facts, own, err);

    if (rc == 0)
        rc = check_revoked(auth, &facts, own, err);
    if (rc == 0)
        memcpy(mac, own, MAC_SIZE);
    return rc;
}

int device_auth_look(
    struct device_auth *auth, const uint8_t *der, size_t n, char mac[MAC_SIZE], struct err *err)
{
    struct certificate_facts facts;
    unsigned generation;
    int rc = judge(auth, der, n, &facts, &generation, err);

    return rc < 0 ? rc : name_owner(auth, &facts, mac, err);
}

static int judge_late(struct device_auth *auth, const struct device_auth_late *late,
    char mac[MAC_SIZE], struct err *err)
{
    struct authority_late shown = {late->der, late->n, clock_system_ms(), late->grace_ms};
    struct certificate_facts facts;

    pthread_rwlock_rdlock(&auth->lock);

    int rc = authority_judge_client_late(auth->authority, &shown, &facts, err);

    pthread_rwlock_unlock(&auth->lock);
    return rc < 0 ? rc : name_owner(auth, &facts, mac, err);
}

int device_auth_identify_late(struct device_auth *auth, const struct device_auth_late *late,
    char mac[MAC_SIZE], bool *is_late, struct err *err)
{
    int rc = device_auth_identify(auth, late->der, late->n, mac, err);

    *is_late = false;
    if (rc != ERR_EXPIRED || late->grace_ms <= 0)
        return rc;
    rc = judge_late(auth, late, mac, err);
    *is_late = rc == 0;
    return rc;
}

int device_auth_verify(const uint8_t *der, size_t n, void *ctx, struct err *err)
{
    char mac[MAC_SIZE];

    return device_auth_identify(ctx, der, n, mac, err);
}

bool device_auth_is_cut_off(const uint8_t *der, size_t n, void *ctx)
{
    int rc = device_auth_verify(der, n, ctx, NULL);

    return rc == ERR_REVOKED || rc == ERR_UNTRUSTED;
}
