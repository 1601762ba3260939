// A server's certificate and the host that it is to be for: a line with the host, then the names,
// one a line, each behind a letter that says what it is: d a dNSName, i an iPAddress, o another.
#include <string.h>
#include <strings.h>

#include <mbedtls/x509_crt.h>

#include "firmware/core/tls_name.h"
#include "test/fuzz/fuzz.h"

#define NAMES 4
#define EXTENSION_MAX 4096
#define HEAD_MAX 64 // what stands before the names

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

// Puts tag and length before the n bytes that end at end. Returns where the element begins.
static uint8_t *put_head(uint8_t *p, int tag, const uint8_t *end)
{
    size_t n = (size_t)(end - p);

    *--p = (uint8_t)n;
    *--p = (uint8_t)(n >> 8);
    *--p = 0x82;
    *--p = (uint8_t)tag;
    return p;
}

// Extensions of nothing but a subjectAltName, whose names end at end.
static uint8_t *put_extensions(uint8_t *p, const uint8_t *end)
{
    static const uint8_t oid[] = {0x06, 0x03, 0x55, 0x1d, 0x11};

    p = put_head(p, 0x30, end);
    p = put_head(p, 0x04, end) - sizeof oid;
    memcpy(p, oid, sizeof oid);
    p = put_head(p, 0x30, end);
    return put_head(p, 0x30, end);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    const char *host = fuzz_take_line(&input);
    static uint8_t extensions[EXTENSION_MAX];
    uint8_t *const end = extensions + sizeof extensions;
    uint8_t *at = end;
    mbedtls_x509_crt cert;
    bool expected = false;
    uint8_t ip[4];

    check_ipv4(host);
    for (size_t i = 0; i < NAMES && input.n > 0; i++) { // from the last to the first
        const uint8_t *start = input.p;
        const char *line = fuzz_take_line(&input);
        size_t length = (size_t)(input.p - start) - (input.p[-1] == '\n');

        if (length == 0 || length + HEAD_MAX > (size_t)(at - extensions))
            continue;

        const uint8_t *behind = at;

        at -= length - 1;
        memcpy(at, start + 1, length - 1);
        at = put_head(at, tag_of(line[0]), behind);
        if (line[0] == 'd')
            expected |= may_match((const char *)start + 1, length - 1, host);
        if (line[0] == 'i')
            expected |=
                length - 1 == 4 && tls_name_parse_ipv4(host, ip) && memcmp(ip, start + 1, 4) == 0;
    }
    at = put_extensions(at, end);
    memset(&cert, 0, sizeof cert);
    cert.v3_ext.p = fuzz_bytes(at, (size_t)(end - at));
    cert.v3_ext.len = (size_t)(end - at);
    FUZZ_CHECK(tls_name_matches(&cert, host) == expected);
    cert.v3_ext.p = fuzz_bytes(p, n); // and whatever stands there
    cert.v3_ext.len = n;
    (void)tls_name_matches(&cert, host);
    return 0;
}
