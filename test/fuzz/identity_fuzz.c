// Certificates and keys that the device downloads, in PEM.
#include "firmware/core/identity.h"

#include <string.h>

#include "test/fuzz/fuzz.h"

static void check_failure(int rc, const struct failure *failure)
{
    if (rc == 0)
        return;
    FUZZ_CHECK(rc == -(int)RESULT_FILE_INVALID && failure->result == RESULT_FILE_INVALID);
    FUZZ_CHECK(failure->detail[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    uint8_t *text = (uint8_t *)fuzz_text(p, n);
    struct identity identity;
    struct failure failure = {0};

    fuzz_reveal_keys(text, n);
    identity_init(&identity);

    int ca = identity_read_ca(&identity, text, n, &failure);

    check_failure(ca, &failure);

    int cert = identity_read_cert(&identity, text, n, "84f3eb012345", &failure);

    check_failure(cert, &failure);
    check_failure(identity_read_key(&identity, text, n, &failure), &failure);
    if (cert == 0)
        FUZZ_CHECK(identity_accepts_key(&identity.cert.pk));
    if (ca == 0 && cert == 0)
        check_failure(identity_check_chain(&identity, true, &failure), &failure);
    identity_clear(&identity);
    return 0;
}
