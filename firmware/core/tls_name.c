// Is this certificate for that host?
#include "firmware/core/tls_name.h"

#include <string.h>

#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#define SEQUENCE (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
#define TAG_DNS (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2) // RFC 5280, 4.2.1.6
#define TAG_IP (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7)

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (to_lower(a[i]) != to_lower(b[i]))
            return false;
    }
    return true;
}

bool tls_name_parse_ipv4(const char *s, uint8_t out[4])
{
    uint8_t bytes[4];

    for (int i = 0; i < 4; i++) {
        unsigned value = 0;
        int digits = 0;

        for (; *s >= '0' && *s <= '9' && digits < 4; digits++)
            value = value * 10 + (unsigned)(*s++ - '0');
        if (digits == 0 || digits > 3 || value > 255 || *s != (i < 3 ? '.' : '\0'))
            return false;
        bytes[i] = (uint8_t)value;
        s++;
    }
    memcpy(out, bytes, sizeof bytes);
    return true;
}

bool tls_name_matches_dns(const char *pattern, size_t n, const char *host)
{
    uint8_t ip[4];

    if (n > 2 && pattern[0] == '*' && pattern[1] == '.' && !tls_name_parse_ipv4(host, ip)) {
        const char *rest = strchr(host, '.');

        // A wildcard stands for one label, and never for all of a top level domain.
        if (rest == NULL || rest == host || memchr(pattern + 2, '.', n - 2) == NULL)
            return false;
        host = rest;
        pattern++;
        n--;
    }
    return n > 0 && n == strlen(host) && equal(pattern, host, n);
}

// The rest of some DER.
struct der {
    uint8_t *p;
    const uint8_t *end;
};

// Enters the next element, which has that tag, and moves der behind it.
static bool take(struct der *der, int tag, struct der *inside)
{
    size_t n;

    if (mbedtls_asn1_get_tag(&der->p, der->end, &n, tag) != 0)
        return false;
    *inside = (struct der){der->p, der->p + n};
    der->p += n;
    return true;
}

// Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }. True
// if it is the subjectAltName, whose names are then in *names.
static bool take_alt_names(struct der *extension, struct der *names)
{
    struct der oid;
    struct der part;

    if (!take(extension, MBEDTLS_ASN1_OID, &oid) ||
        (size_t)(oid.end - oid.p) != MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME) ||
        memcmp(oid.p, MBEDTLS_OID_SUBJECT_ALT_NAME,
            MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME)) != 0)
        return false;
    (void)take(extension, MBEDTLS_ASN1_BOOLEAN, &part);
    return take(extension, MBEDTLS_ASN1_OCTET_STRING, &part) && take(&part, SEQUENCE, names);
}

static bool find_alt_names(const mbedtls_x509_crt *cert, struct der *names)
{
    struct der all = {cert->v3_ext.p, cert->v3_ext.p + cert->v3_ext.len};
    struct der extensions;
    struct der extension;

    if (cert->v3_ext.p == NULL || !take(&all, SEQUENCE, &extensions))
        return false;
    while (take(&extensions, SEQUENCE, &extension)) {
        if (take_alt_names(&extension, names))
            return true;
    }
    return false;
}

// Not by Mbed TLS's own list of them: until 2.17 it has no iPAddress in it.
bool tls_name_matches(const mbedtls_x509_crt *cert, const char *host)
{
    struct der names;
    struct der name;
    uint8_t ip[4];
    bool is_ip = tls_name_parse_ipv4(host, ip);

    if (!find_alt_names(cert, &names))
        return false;
    while (names.p < names.end) {
        int tag = *names.p;

        if (!take(&names, tag, &name))
            return false;

        size_t n = (size_t)(name.end - name.p);

        if (tag == TAG_DNS && tls_name_matches_dns((char *)name.p, n, host))
            return true;
        if (tag == TAG_IP && is_ip && n == sizeof ip && memcmp(name.p, ip, n) == 0)
            return true;
    }
    return false;
}
