// The certificate that all devices of an image have to begin with.
#include "firmware/enrol/claim.h"

int claim_read_cert(struct identity *identity, const uint8_t *p, size_t n, struct failure *failure)
{
    if (n > 0 && mbedtls_x509_crt_parse(&identity->cert, p, n + 1) == 0)
        return 0;
    return failure_set(failure, RESULT_FILE_INVALID, "%s: is no certificate in PEM", CLAIM_CERT);
}
