// The CA's file and the list of who is shut out.
#include "server/broker/trust.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/judged.h"
#include "server/broker/watched_file.h"
#include "server/model/revocation_list.h"
#include "server/pki/digest.h"

#define INTERVAL_MS 100
#define RETRY_MS 1000
#define LINE_MAX_BYTES 64 // of the list, more than the longest

struct source {
    struct watched_file file;
    int64_t again_ms; // monotonic: when to try again to read it; 0: not until it is another
};

struct trust {
    int64_t next_ms;
    struct source ca_file;
    struct source list_file;
    struct authority *authority;
    struct judged *judged;        // by that authority
    struct revocation_list *list; // or NULL
    char list_digest[DIGEST_SHA256_TEXT_SIZE];
    bool list_is_bad; // as it was read last
};

int trust_new(const char *ca_path, const char *list_path, struct trust **out, struct err *err)
{
    struct trust *trust = calloc(1, sizeof *trust);

    if (trust == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the CA");
    trust->ca_file.file.path = ca_path;
    trust->list_file.file.path = list_path;
    trust->next_ms = INT64_MIN;
    watched_file_is_other(&trust->ca_file.file, clock_system_ms());

    int rc = judged_new(&trust->judged) < 0
                 ? err_set(err, ERR_NO_MEMORY, "no memory for the certificates that are good")
                 : authority_load(ca_path, &trust->authority, err);

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
    judged_free(trust->judged);
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

    if (authority_load(trust->ca_file.file.path, &fresh, err) < 0)
        return TRUST_CA_BAD;

    struct authority *old = trust->authority;
    bool is_same = is_same_file(fresh, old);

    trust->authority = fresh;
    judged_forget(trust->judged);
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
        err_context(err, "list %s", trust->list_file.file.path);
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

    if (file_read(trust->list_file.file.path, (size_t)LINE_MAX_BYTES * REVOCATION_LIST_MAX, &text,
            &n, err) < 0) {
        err_context(err, "list");
        return TRUST_LIST_BAD;
    }

    unsigned change = take_list(trust, text, n, err);

    free(text);
    return change;
}

// Without memory, or with all descriptors taken, a file cannot be read though nothing is wrong with
// it, and nothing will show when it can: it is tried again. That it cannot is told once.
static unsigned look(struct trust *trust, struct source *source, int64_t now_ms,
    unsigned (*load)(struct trust *trust, struct err *err), struct err *err)
{
    struct err fault = {0};
    bool is_other = watched_file_is_other(&source->file, clock_system_ms());

    if (!is_other && (source->again_ms == 0 || now_ms < source->again_ms))
        return 0;

    unsigned change = load(trust, &fault);
    bool is_bad = (change & (TRUST_CA_BAD | TRUST_LIST_BAD)) != 0;
    bool is_passing = is_bad && (fault.code == ERR_IO || fault.code == ERR_NO_MEMORY);

    source->again_ms = is_passing ? now_ms + RETRY_MS : 0;
    if (is_passing && !is_other)
        return 0;
    if (is_bad && err != NULL)
        *err = fault;
    return change;
}

unsigned trust_refresh(struct trust *trust, int64_t monotonic_ms, struct err *err)
{
    unsigned changes;

    if (monotonic_ms < trust->next_ms)
        return 0;
    trust->next_ms = monotonic_ms + INTERVAL_MS;
    changes = look(trust, &trust->ca_file, monotonic_ms, read_ca, err);
    changes |= look(trust, &trust->list_file, monotonic_ms, read_list, err);
    if ((changes & (TRUST_LIST | TRUST_LIST_BAD)) != 0)
        trust->list_is_bad = (changes & TRUST_LIST_BAD) != 0;
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

int trust_judge(struct trust *trust, const uint8_t *der, size_t n, struct certificate_facts *out,
    struct err *err)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    const struct certificate_facts *known;
    int64_t now_ms = clock_system_ms();
    int rc;

    digest_sha256(der, n, fingerprint);
    known = judged_find(trust->judged, fingerprint, now_ms);
    if (known != NULL) {
        *out = *known;
        return 0;
    }
    rc = authority_judge_client(trust->authority, der, n, now_ms, out, err);
    if (rc == 0)
        judged_keep(trust->judged, fingerprint, out);
    return rc;
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
