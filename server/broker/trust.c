// The CA's file and the list of who is shut out.
#include "server/broker/trust.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/broker/watched_file.h"
#include "server/model/revocation_list.h"
#include "server/pki/digest.h"

#define INTERVAL_MS 100
#define LINE_MAX_BYTES 64 // of the list, more than the longest

struct trust {
    int64_t next_ms;
    struct watched_file ca_file;
    struct watched_file list_file;
    struct authority *authority;
    struct revocation_list *list; // or NULL
    char list_digest[DIGEST_SHA256_TEXT_SIZE];
    bool list_is_bad; // as it was read last
};

int trust_new(const char *ca_path, const char *list_path, struct trust **out, struct err *err)
{
    struct trust *trust = calloc(1, sizeof *trust);

    if (trust == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the CA");
    trust->ca_file.path = ca_path;
    trust->list_file.path = list_path;
    trust->next_ms = INT64_MIN;
    watched_file_is_other(&trust->ca_file, clock_system_ms());

    int rc = authority_load(ca_path, &trust->authority, err);

    if (rc < 0) {
        trust_free(trust);
        return rc;
    }
    *out = trust;
    return 0;
}

void trust_free(struct trust *trust)
{
    if (trust == NULL)
        return;
    authority_free(trust->authority);
    revocation_list_free(trust->list);
    free(trust);
}

static bool is_same_file(const struct authority *one, const struct authority *other)
{
    size_t n;
    size_t other_n;
    const uint8_t *pem = authority_pem(one, &n);
    const uint8_t *other_pem = authority_pem(other, &other_n);

    return n == other_n && memcmp(pem, other_pem, n) == 0;
}

static unsigned read_ca(struct trust *trust, struct err *err)
{
    struct authority *fresh;

    if (authority_load(trust->ca_file.path, &fresh, err) < 0)
        return TRUST_CA_BAD;

    struct authority *old = trust->authority;
    bool is_same = is_same_file(fresh, old);

    trust->authority = fresh;
    authority_free(old);
    return is_same ? 0 : TRUST_CA;
}

static unsigned take_list(struct trust *trust, const uint8_t *text, size_t n, struct err *err)
{
    struct revocation_list *fresh;
    char digest[DIGEST_SHA256_TEXT_SIZE];

    digest_sha256(text, n, digest);
    if (trust->list != NULL && strcmp(digest, trust->list_digest) == 0)
        return trust->list_is_bad ? TRUST_LIST : 0;
    if (revocation_list_parse((const char *)text, n, &fresh, err) < 0) {
        err_context(err, "list %s", trust->list_file.path);
        return TRUST_LIST_BAD;
    }
    revocation_list_free(trust->list);
    trust->list = fresh;
    memcpy(trust->list_digest, digest, sizeof digest);
    return TRUST_LIST;
}

static unsigned read_list(struct trust *trust, struct err *err)
{
    uint8_t *text;
    size_t n;

    if (file_read(trust->list_file.path, (size_t)LINE_MAX_BYTES * REVOCATION_LIST_MAX, &text, &n,
            err) < 0) {
        err_context(err, "list");
        return TRUST_LIST_BAD;
    }

    unsigned change = take_list(trust, text, n, err);

    free(text);
    return change;
}

unsigned trust_refresh(struct trust *trust, int64_t monotonic_ms, struct err *err)
{
    unsigned changes = 0;

    if (monotonic_ms < trust->next_ms)
        return 0;
    trust->next_ms = monotonic_ms + INTERVAL_MS;
    if (watched_file_is_other(&trust->ca_file, clock_system_ms()))
        changes |= read_ca(trust, err);
    if (watched_file_is_other(&trust->list_file, clock_system_ms())) {
        changes |= read_list(trust, err);
        trust->list_is_bad = (changes & TRUST_LIST_BAD) != 0;
    }
    return changes;
}

bool trust_has_list(const struct trust *trust)
{
    return trust->list != NULL;
}

uint64_t trust_list_number(const struct trust *trust)
{
    return trust->list != NULL ? revocation_list_number(trust->list) : 0;
}

size_t trust_list_count(const struct trust *trust)
{
    return trust->list != NULL ? revocation_list_count(trust->list) : 0;
}

int trust_judge(const struct trust *trust, const uint8_t *der, size_t n,
    struct certificate_facts *out, struct err *err)
{
    return authority_judge_client(trust->authority, der, n, clock_system_ms(), out, err);
}

bool trust_has_ca(const struct trust *trust, const char *fingerprint)
{
    return authority_has(trust->authority, fingerprint);
}

bool trust_is_revoked(
    const struct trust *trust, const char *serial, const char *mac, int64_t not_before_ms)
{
    if (trust->list == NULL)
        return false;
    return revocation_list_has_serial(trust->list, serial) ||
           (mac[0] != '\0' && revocation_list_has_device(trust->list, mac, not_before_ms));
}

bool trust_is_device_revoked(const struct trust *trust, const char *mac)
{
    // later than any time that a certificate has
    return trust->list != NULL && mac[0] != '\0' &&
           revocation_list_has_device(trust->list, mac, INT64_MAX);
}
