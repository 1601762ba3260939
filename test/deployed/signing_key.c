// The public key that verifies the next image.
#include "test/deployed/signing_key.h"

#include "test/deployed/deployed_report.h"
#include "test/deployed/pem_file.h"

enum tag {
    INTEGER = 0x02,
    BIT_STRING = 0x03,
    SEQUENCE = 0x30,
};

struct span {
    uint8_t *p;
    size_t n;
};

// Takes an element with that tag from the front of *in; *out is what is in it.
static bool take(struct span *in, enum tag tag, struct span *out)
{
    size_t length, header = 2;

    if (in->n < 2 || in->p[0] != tag)
        return false;
    length = in->p[1];
    if (length >= 0x80) {
        size_t count = length & 0x7f;

        if (count == 0 || count > 2 || in->n < 2 + count)
            return false;
        for (length = 0; header < 2 + count; header++)
            length = length << 8 | in->p[header];
    }
    if (length > in->n - header)
        return false;
    *out = (struct span){in->p + header, length};
    in->p += header + length;
    in->n -= header + length;
    return true;
}

bool signing_key_decode(uint8_t *der, size_t n, br_rsa_public_key *out)
{
    struct span all = {der, n}, info, algorithm, bits, key, modulus, exponent;

    if (!take(&all, SEQUENCE, &info) || !take(&info, SEQUENCE, &algorithm) ||
        !take(&info, BIT_STRING, &bits) || bits.n == 0 || bits.p[0] != 0)
        return false;
    bits.p++; // the count of unused bits
    bits.n--;
    if (!take(&bits, SEQUENCE, &key) || !take(&key, INTEGER, &modulus) ||
        !take(&key, INTEGER, &exponent))
        return false;
    *out = (br_rsa_public_key){modulus.p, modulus.n, exponent.p, exponent.n};
    return true;
}

int signing_key_load(const char *path, br_rsa_public_key *out)
{
    uint8_t *der;
    size_t n;
    int rc = pem_file_take(path, &der, &n);

    if (rc < 0)
        return rc;
    return signing_key_decode(der, n, out)
               ? 0
               : deployed_report_failure(FAILURE_FILE, "%s: no RSA key", path);
}
