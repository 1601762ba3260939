// The subject alternative names of a certificate.
#include "server/pki/subject_names.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "server/pki/openssl_error.h"

#define DNS_MAX 253  // RFC 1035, 2.3.4, without the root's dot
#define LABEL_MAX 63 // RFC 1035, 2.3.4

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool label_is_valid(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_letter_or_digit(s[i]) && s[i] != '-' && s[i] != '_')
            return false;
    }
    return n > 0 && n <= LABEL_MAX && s[0] != '-' && s[n - 1] != '-';
}

static bool host_is_valid(const char *host)
{
    if (strlen(host) > DNS_MAX)
        return false;
    if (strncmp(host, "*.", 2) == 0)
        host += 2;
    for (;;) {
        size_t n = strcspn(host, ".");

        if (!label_is_valid(host, n))
            return false;
        if (host[n] == '\0')
            return true;
        host += n + 1;
    }
}

// Takes over value, also on failure.
static int add(GENERAL_NAMES *list, int type, ASN1_STRING *value, struct err *err)
{
    GENERAL_NAME *name = value != NULL ? GENERAL_NAME_new() : NULL;

    if (name == NULL) {
        ASN1_STRING_free(value);
        return openssl_error_set(err, ERR_NO_MEMORY, "no memory for a name");
    }
    GENERAL_NAME_set0_value(name, type, value);
    if (sk_GENERAL_NAME_push(list, name) <= 0) {
        GENERAL_NAME_free(name);
        return openssl_error_set(err, ERR_NO_MEMORY, "no memory for a name");
    }
    return 0;
}

static int add_host(GENERAL_NAMES *list, const char *host, struct err *err)
{
    if (!host_is_valid(host))
        return err_set(err, ERR_INVALID, "\"%s\" is no host name", host);

    ASN1_STRING *value = ASN1_IA5STRING_new();

    if (value != NULL && ASN1_STRING_set(value, host, -1) != 1) {
        ASN1_STRING_free(value);
        value = NULL;
    }
    return add(list, GEN_DNS, value, err);
}

static int add_address(GENERAL_NAMES *list, const char *address, struct err *err)
{
    ASN1_OCTET_STRING *value = a2i_IPADDRESS(address);

    if (value == NULL)
        return openssl_error_set(err, ERR_INVALID, "\"%s\" is no IP address", address);
    return add(list, GEN_IPADD, value, err);
}

int subject_names_apply(const struct subject_names *names, X509 *x509, struct err *err)
{
    int rc = 0;

    if (names->dns_count + names->ip_count == 0)
        return 0;

    GENERAL_NAMES *list = GENERAL_NAMES_new();

    if (list == NULL)
        return openssl_error_set(err, ERR_NO_MEMORY, "no memory for names");
    for (size_t i = 0; rc == 0 && i < names->dns_count; i++)
        rc = add_host(list, names->dns[i], err);
    for (size_t i = 0; rc == 0 && i < names->ip_count; i++)
        rc = add_address(list, names->ip[i], err);
    if (rc == 0 && X509_add1_ext_i2d(x509, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) != 1)
        rc = openssl_error_set(err, ERR_IO, "cannot add names");
    GENERAL_NAMES_free(list);
    return rc;
}
