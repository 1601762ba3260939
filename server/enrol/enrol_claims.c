// Claim certificates.
#include "server/enrol/enrol_claims.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/mac.h"
#include "server/base/change_lock.h"
#include "server/base/clock.h"
#include "server/pki/authority.h"

struct enrol_claims {
    char *ca_file;
    struct device_auth *auth;
    pthread_rwlock_t lock; // guards the next
    struct authority *authority;
};

static int load(const struct enrol_claims *claims, struct authority **out, struct err *err)
{
    char fingerprints[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE];
    struct authority *authority;
    int rc = authority_load(claims->ca_file, &authority, err);

    if (rc < 0)
        return rc;

    size_t count = authority_copy_fingerprints(authority, fingerprints);

    for (size_t i = 0; i < count; i++) {
        if (!device_auth_has_ca(claims->auth, fingerprints[i]))
            continue;
        authority_free(authority);
        return err_set(err, ERR_CONFLICT,
            "CA %s signs devices, too: whoever has a claim certificate would be let in everywhere; "
            "make another CA for claims",
            claims->ca_file);
    }
    *out = authority;
    return 0;
}

int enrol_claims_new(
    const char *ca_file, struct device_auth *auth, struct enrol_claims **out, struct err *err)
{
    struct enrol_claims *claims = calloc(1, sizeof *claims);
    int rc;

    if (claims == NULL || (claims->ca_file = strdup(ca_file)) == NULL) {
        free(claims);
        return err_set(err, ERR_NO_MEMORY, "no memory for the CA of the claims");
    }
    claims->auth = auth;
    change_lock_init(&claims->lock);
    rc = load(claims, &claims->authority, err);
    if (rc < 0) {
        enrol_claims_free(claims);
        return rc;
    }
    *out = claims;
    return 0;
}

void enrol_claims_free(struct enrol_claims *claims)
{
    if (claims == NULL)
        return;
    authority_free(claims->authority);
    pthread_rwlock_destroy(&claims->lock);
    free(claims->ca_file);
    free(claims);
}

int enrol_claims_reload(struct enrol_claims *claims, struct err *err)
{
    struct authority *fresh;
    int rc = load(claims, &fresh, err);

    if (rc < 0)
        return rc;
    pthread_rwlock_wrlock(&claims->lock);

    struct authority *old = claims->authority;

    claims->authority = fresh;
    pthread_rwlock_unlock(&claims->lock);
    authority_free(old);
    return 0;
}

int enrol_claims_judge(struct enrol_claims *claims, const uint8_t *der, size_t n,
    struct certificate_facts *out, struct err *err)
{
    char mac[MAC_SIZE];

    pthread_rwlock_rdlock(&claims->lock);

    int rc = authority_judge_client(claims->authority, der, n, clock_system_ms(), out, err);

    pthread_rwlock_unlock(&claims->lock);
    if (rc == 0 && mac_parse(out->common_name, mac))
        return err_set(err, ERR_DENIED, "a claim certificate must not bear a MAC as its name");
    return rc;
}
