// When a certificate is to be renewed, and by what.
#include "server/pki/renewal.h"

#include <string.h>

#include <openssl/x509v3.h>

#include "server/base/clock.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"

#define DAY_MS INT64_C(86400000)

static int64_t life_ms(const struct certificate *certificate)
{
    return certificate_not_after_ms(certificate) - certificate_not_before_ms(certificate);
}

int64_t renewal_due_ms(const struct certificate *certificate, int before_days)
{
    int64_t third_ms = life_ms(certificate) / 3;
    int64_t before_ms = RENEWAL_DAYS_DEFAULT * DAY_MS;

    if (before_days != 0)
        before_ms = before_days * DAY_MS;
    else if (third_ms < before_ms)
        before_ms = third_ms;
    return certificate_not_after_ms(certificate) - before_ms;
}

static bool same_key(const struct certificate *one, const struct certificate *other)
{
    char keys[2][DIGEST_SHA256_TEXT_SIZE];

    return certificate_key_id(one, keys[0], NULL) == 0 &&
           certificate_key_id(other, keys[1], NULL) == 0 && strcmp(keys[0], keys[1]) == 0;
}

// The broker knows a client by these, to the letter; X509_NAME_cmp() does not look at their case.
static bool same_subject(const struct certificate *one, const struct certificate *other)
{
    struct certificate_facts facts[2];

    return certificate_facts_of(one, &facts[0], NULL) == 0 &&
           certificate_facts_of(other, &facts[1], NULL) == 0 &&
           strcmp(facts[0].common_name, facts[1].common_name) == 0 &&
           strcmp(facts[0].unit, facts[1].unit) == 0 &&
           X509_NAME_cmp(X509_get_subject_name(one->x509), X509_get_subject_name(other->x509)) == 0;
}

static const ASN1_OCTET_STRING *names_of(const struct certificate *certificate)
{
    int at = X509_get_ext_by_NID(certificate->x509, NID_subject_alt_name, -1);

    return at < 0 ? NULL : X509_EXTENSION_get_data(X509_get_ext(certificate->x509, at));
}

static bool same_names(const struct certificate *one, const struct certificate *other)
{
    const ASN1_OCTET_STRING *a = names_of(one);
    const ASN1_OCTET_STRING *b = names_of(other);

    if (a == NULL || b == NULL)
        return a == b;
    return ASN1_OCTET_STRING_cmp(a, b) == 0;
}

// All bits are set without the extension.
static bool has_more_purposes(const struct certificate *old, const struct certificate *fresh)
{
    return (X509_get_key_usage(fresh->x509) & ~X509_get_key_usage(old->x509)) != 0 ||
           (X509_get_extended_key_usage(fresh->x509) & ~X509_get_extended_key_usage(old->x509)) !=
               0;
}

int renewal_check(const struct certificate *old, const struct certificate *fresh, struct err *err)
{
    const char *what = !same_key(old, fresh)             ? "is for another key"
                       : !same_subject(old, fresh)       ? "has another subject"
                       : !same_names(old, fresh)         ? "has other names"
                       : has_more_purposes(old, fresh)   ? "is for more than the old one"
                       : X509_check_ca(fresh->x509) != 0 ? "is a CA's"
                                                         : NULL;

    return what == NULL ? 0 : err_set(err, ERR_DENIED, "the new certificate %s", what);
}

// Whole days, as an order has them; the five minutes before the first do not count.
static int days_of(const struct certificate *old)
{
    int64_t days = (life_ms(old) - ISSUER_BACKDATE_S * 1000 + DAY_MS / 2) / DAY_MS;

    return days < 1 ? 1 : days > 36500 ? 36500 : (int)days;
}

static int check_end(
    const struct certificate *old, const struct certificate *fresh, struct err *err)
{
    char text[CLOCK_TEXT_SIZE];

    if (certificate_not_after_ms(fresh) > certificate_not_after_ms(old))
        return 0;
    clock_format(certificate_not_after_ms(fresh), text);
    return err_set(err, ERR_CONFLICT,
        "a new one would end on %s, with the CA, no later than this one: the CA itself has to be "
        "changed (secureesp pki rotate)",
        text);
}

int renewal_issue(const struct issuer *issuer, const struct certificate *old, int64_t now_ms,
    struct certificate **out, struct err *err)
{
    struct certificate_facts facts;
    struct certificate *fresh = NULL;
    int rc = certificate_facts_of(old, &facts, err);
    struct issuer_order order = {
        .profile = facts.is_server ? PROFILE_SERVER : PROFILE_CLIENT,
        .common_name = facts.common_name,
        .unit = facts.unit[0] != '\0' ? facts.unit : NULL,
        .like = old,
        .days = days_of(old),
        .now_ms = now_ms,
    };

    if (rc < 0)
        return rc;
    if (now_ms + order.days * DAY_MS > issuer_not_after_ms(issuer))
        order.days = 0;
    rc = issuer_issue_like(issuer, &order, old, &fresh, err);
    if (rc == 0)
        rc = check_end(old, fresh, err);
    if (rc == 0)
        rc = renewal_check(old, fresh, err);
    if (rc == 0)
        *out = fresh;
    else
        certificate_free(fresh);
    return rc;
}
