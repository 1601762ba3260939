// The subject alternative names of a certificate.
#include "server/pki/subject_names.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "common/config_member.h"
#include "server/pki/openssl_error.h"

// Why devices would not take it as the name of a host; NULL if they do. A wildcard stands for the
// first label alone, and for none of a top level domain.
static const char *refuse_host(const char *host)
{
    bool is_wild = strncmp(host, "*.", 2) == 0;
    const char *rest = is_wild ? host + 2 : host;
    const char *why =
        config_member_refuse_text(&config_member_table[CONFIG_MEMBER_DOWNLOAD_SERVER], rest);

    if (why == NULL && is_wild && strchr(rest, '.') == NULL)
        return "stands for a whole top level domain";
    return why;
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
    const char *why = refuse_host(host);

    if (why != NULL)
        return err_set(err, ERR_INVALID,
            "\"%s\" is not a host name for devices: it %s; give those that they use with --dns",
            host, why);

    ASN1_STRING *value = ASN1_IA5STRING_new();

    if (value != NULL && ASN1_STRING_set(value, host, -1) != 1) {
        ASN1_STRING_free(value);
        value = NULL;
    }
    return add(list, GEN_DNS, value, err);
}

// An IPv4 address as a host name, too: sketches (BearSSL) look for it there alone.
static int add_address(GENERAL_NAMES *list, const char *address, struct err *err)
{
    ASN1_OCTET_STRING *value = a2i_IPADDRESS(address);
    char text[INET_ADDRSTRLEN] = "";

    if (value == NULL)
        return openssl_error_set(err, ERR_INVALID, "\"%s\" is not an IP address", address);
    if (ASN1_STRING_length(value) == 4)
        inet_ntop(AF_INET, ASN1_STRING_get0_data(value), text, sizeof text);

    int rc = add(list, GEN_IPADD, value, err);

    return rc == 0 && text[0] != '\0' ? add_host(list, text, err) : rc;
}

// NULL without names. The caller frees it.
static int make_list(const struct subject_names *names, GENERAL_NAMES **out, struct err *err)
{
    GENERAL_NAMES *list;
    int rc = 0;

    *out = NULL;
    if (names->dns_count + names->ip_count == 0)
        return 0;
    list = GENERAL_NAMES_new();
    if (list == NULL)
        return openssl_error_set(err, ERR_NO_MEMORY, "no memory for names");
    for (size_t i = 0; rc == 0 && i < names->dns_count; i++)
        rc = add_host(list, names->dns[i], err);
    for (size_t i = 0; rc == 0 && i < names->ip_count; i++)
        rc = add_address(list, names->ip[i], err);
    if (rc == 0)
        *out = list;
    else
        GENERAL_NAMES_free(list);
    return rc;
}

int subject_names_apply(const struct subject_names *names, X509 *x509, struct err *err)
{
    GENERAL_NAMES *list;
    int rc = make_list(names, &list, err);

    if (rc == 0 && list != NULL &&
        X509_add1_ext_i2d(x509, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) != 1)
        rc = openssl_error_set(err, ERR_IO, "cannot add names");
    GENERAL_NAMES_free(list);
    return rc;
}

int subject_names_ask(const struct subject_names *names, X509_REQ *request, struct err *err)
{
    STACK_OF(X509_EXTENSION) *extensions = NULL;
    GENERAL_NAMES *list;
    int rc = make_list(names, &list, err);

    if (rc == 0 && list != NULL &&
        (X509V3_add1_i2d(&extensions, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) != 1 ||
            X509_REQ_add_extensions(request, extensions) != 1))
        rc = openssl_error_set(err, ERR_IO, "cannot add names");
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    GENERAL_NAMES_free(list);
    return rc;
}
