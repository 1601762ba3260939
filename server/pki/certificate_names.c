// The names that a certificate bears.
#include "server/pki/certificate_names.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "server/pki/openssl_types.h"

static bool is_known(const struct certificate_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0)
            return true;
    }
    return false;
}

// Writes "" for a name of another kind. False if it does not fit.
static bool read_name(const GENERAL_NAME *name, char out[CERTIFICATE_NAMES_SIZE])
{
    int type;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);

    out[0] = '\0';
    if (type != GEN_DNS && type != GEN_IPADD)
        return true;

    const unsigned char *p = ASN1_STRING_get0_data(value);
    int n = ASN1_STRING_length(value);

    if (type == GEN_IPADD)
        return (n == 4 || n == 16) &&
               inet_ntop(n == 4 ? AF_INET : AF_INET6, p, out, CERTIFICATE_NAMES_SIZE) != NULL;
    if (n <= 0 || n >= CERTIFICATE_NAMES_SIZE || memchr(p, '\0', (size_t)n) != NULL)
        return false;
    memcpy(out, p, (size_t)n);
    out[n] = '\0';
    return true;
}

static int read_all(const GENERAL_NAMES *list, struct certificate_names *out, struct err *err)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(list); i++) {
        char name[CERTIFICATE_NAMES_SIZE];

        if (!read_name(sk_GENERAL_NAME_value(list, i), name))
            return err_set(err, ERR_TOO_LARGE, "a name of the certificate is none, or too long");
        if (name[0] == '\0' || is_known(out, name))
            continue;
        if (out->count == CERTIFICATE_NAMES_MAX)
            return err_set(err, ERR_TOO_LARGE, "the certificate has more than %d names",
                CERTIFICATE_NAMES_MAX);
        memcpy(out->names[out->count++], name, sizeof name);
    }
    return 0;
}

int certificate_names_read(
    const struct certificate *certificate, struct certificate_names *out, struct err *err)
{
    GENERAL_NAMES *list = X509_get_ext_d2i(certificate->x509, NID_subject_alt_name, NULL, NULL);

    out->count = 0;
    if (list == NULL)
        return 0;

    int rc = read_all(list, out, err);

    GENERAL_NAMES_free(list);
    return rc;
}
