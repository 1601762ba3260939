// A server's certificate and the host that it is to be for: a line with the host, then the names,
// one a line, each behind a letter that says what it is: d a dNSName, i an iPAddress, o another.
#include <string.h>
#include <strings.h>

#include <mbedtls/x509_crt.h>

#include "firmware/core/tls_name.h"
#include "test/fuzz/fuzz.h"

#define NAMES 4

static int tag_of(char letter)
{
    switch (letter) {
    case 'd': return MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2;
    case 'i': return MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;
    default: return MBEDTLS_ASN1_CONTEXT_SPECIFIC | 1;
    }
}

// What RFC 6125 allows, written down once more: the same name, or "*." for the first of three
// labels or more.
static bool may_match(const char *pattern, size_t n, const char *host)
{
    uint8_t ip[4];
    size_t label = strcspn(host, ".");
    const char *rest = host + label;

    if (n < 3 || strncmp(pattern, "*.", 2) != 0 || tls_name_parse_ipv4(host, ip))
        return n > 0 && n == strlen(host) && strncasecmp(pattern, host, n) == 0;
    return label > 0 && strlen(rest) == n - 1 && strncasecmp(pattern + 1, rest, n - 1) == 0 &&
           memchr(pattern + 2, '.', n - 2) != NULL;
}

static void check_ipv4(const char *host)
{
    uint8_t ip[4];

    fuzz_fill(ip, sizeof ip);
    if (!tls_name_parse_ipv4(host, ip)) {
        FUZZ_CHECK(fuzz_is_untouched(ip, sizeof ip));
        return;
    }
    FUZZ_CHECK(strspn(host, "0123456789.") == strlen(host) && strlen(host) <= 15);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    const char *host = fuzz_take_line(&input);
    mbedtls_x509_crt cert;
    mbedtls_x509_sequence names[NAMES] = {0};
    bool expected = false;
    uint8_t ip[4];

    memset(&cert, 0, sizeof cert);
    check_ipv4(host);
    for (size_t i = 0; i < NAMES && input.n > 0; i++) {
        const uint8_t *start = input.p;
        const char *line = fuzz_take_line(&input);
        size_t length = (size_t)(input.p - start) - (input.p[-1] == '\n');

        names[i].next = i + 1 < NAMES ? &names[i + 1] : NULL;
        if (length == 0)
            continue;
        names[i].buf.tag = tag_of(line[0]);
        names[i].buf.p = fuzz_bytes(start + 1, length - 1);
        names[i].buf.len = length - 1;
        if (line[0] == 'd')
            expected |= may_match((const char *)start + 1, length - 1, host);
        if (line[0] == 'i')
            expected |=
                length - 1 == 4 && tls_name_parse_ipv4(host, ip) && memcmp(ip, start + 1, 4) == 0;
    }
    cert.subject_alt_names = names[0];
    FUZZ_CHECK(tls_name_matches(&cert, host) == expected);
    return 0;
}
