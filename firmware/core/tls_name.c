// Is this certificate for that host?
#include "firmware/core/tls_name.h"

#include <string.h>

#include <mbedtls/x509_crt.h>

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

bool tls_name_matches(const mbedtls_x509_crt *cert, const char *host)
{
    uint8_t ip[4];
    bool is_ip = tls_name_parse_ipv4(host, ip);

    for (const mbedtls_x509_sequence *s = &cert->subject_alt_names; s != NULL; s = s->next) {
        if (s->buf.tag == TAG_DNS && tls_name_matches_dns((char *)s->buf.p, s->buf.len, host))
            return true;
        if (s->buf.tag == TAG_IP && is_ip && s->buf.len == sizeof ip &&
            memcmp(s->buf.p, ip, sizeof ip) == 0)
            return true;
    }
    return false;
}
