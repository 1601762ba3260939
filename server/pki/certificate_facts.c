// What a certificate says of itself.
#include "server/pki/certificate_facts.h"

#include <openssl/x509v3.h>

#include "server/pki/asn1_serial.h"
#include "server/pki/asn1_time.h"
#include "server/pki/name_text.h"
#include "server/pki/openssl_types.h"

// Whoever signed it: one common name, in full, or it is nobody's.
static int read_common_name(const X509 *x509, struct certificate_facts *facts, struct err *err)
{
    int count = name_text_read(
        X509_get_subject_name(x509), NID_commonName, facts->common_name, sizeof facts->common_name);

    if (count != 1)
        return err_set(
            err, ERR_DENIED, "certificate has %s common name", count == 0 ? "no" : "more than one");
    if (facts->common_name[0] == '\0')
        return err_set(err, ERR_DENIED, "certificate's common name is unusable");
    return 0;
}

int certificate_facts_of(
    const struct certificate *certificate, struct certificate_facts *out, struct err *err)
{
    X509 *x509 = certificate->x509;
    struct certificate_facts facts = {0};
    int rc = read_common_name(x509, &facts, err);

    if (rc == 0)
        rc = asn1_serial_read(X509_get0_serialNumber(x509), facts.serial, err);
    if (rc == 0)
        rc = certificate_fingerprint(certificate, facts.fingerprint, err);
    if (rc < 0)
        return rc;
    // Two of them, or one that cannot be used, are none.
    name_text_read(
        X509_get_subject_name(x509), NID_organizationalUnitName, facts.unit, sizeof facts.unit);
    facts.is_server = X509_check_purpose(x509, X509_PURPOSE_SSL_SERVER, 0) == 1;
    facts.begins_ms = asn1_time_ms(X509_get0_notBefore(x509));
    facts.not_before_ms = facts.begins_ms;
    facts.not_after_ms = asn1_time_ms(X509_get0_notAfter(x509));
    *out = facts;
    return 0;
}
