// Which form of a certificate a client asks for.
#include "server/enrol/est_accept.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define WEIGHT_MAX 1000

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static void trim(const char **p, size_t *n)
{
    while (*n > 0 && is_space(**p)) {
        ++*p;
        --*n;
    }
    while (*n > 0 && is_space((*p)[*n - 1]))
        --*n;
}

// A weight in thousandths, as "0.25"; -1 if it is none.
static int weight_of(const char *p, size_t n)
{
    int value = 0;

    if (n == 0 || n > 5 || (p[0] != '0' && p[0] != '1') || (n > 1 && p[1] != '.'))
        return -1;
    value = (p[0] - '0') * WEIGHT_MAX;
    for (size_t i = 2, unit = WEIGHT_MAX / 10; i < n; i++, unit /= 10) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        value += (p[i] - '0') * (int)unit;
    }
    return value <= WEIGHT_MAX ? value : -1;
}

// The weight among the parameters of a media range; 1 if they have none, 0 if it cannot be read.
static int find_weight(const char *p, size_t n)
{
    while (n > 0) {
        const char *end = memchr(p, ';', n);
        size_t length = end != NULL ? (size_t)(end - p) : n;
        const char *part = p;
        size_t part_n = length;

        trim(&part, &part_n);
        if (part_n >= 2 && (part[0] == 'q' || part[0] == 'Q') && part[1] == '=') {
            int weight = weight_of(part + 2, part_n - 2);

            return weight >= 0 ? weight : 0;
        }
        if (end == NULL)
            break;
        n -= length + 1;
        p = end + 1;
    }
    return WEIGHT_MAX;
}

static bool is_type(const char *p, size_t n, const char *name)
{
    return n == strlen(name) && strncasecmp(p, name, n) == 0;
}

// Looks at one media range.
static void take(const char *p, size_t n, int *der, int *pkcs7)
{
    const char *end = memchr(p, ';', n);
    const char *type = p;
    size_t type_n = end != NULL ? (size_t)(end - p) : n;
    int weight = end != NULL ? find_weight(end + 1, n - type_n - 1) : WEIGHT_MAX;

    trim(&type, &type_n);
    if (is_type(type, type_n, "application/pkix-cert") && weight > *der)
        *der = weight;
    else if (is_type(type, type_n, "application/pkcs7-mime") && weight > *pkcs7)
        *pkcs7 = weight;
}

bool est_accept_wants_der(const char *accept)
{
    int der = 0;
    int pkcs7 = 0;

    while (accept != NULL && *accept != '\0') {
        size_t n = strcspn(accept, ",");

        take(accept, n, &der, &pkcs7);
        accept += n + (accept[n] == ',');
    }
    return der > pkcs7;
}
