// Certificates and keys that the device downloads, in PEM; the last block is also the CA's.
#include "firmware/core/identity.h"

#include <string.h>

#include "test/fuzz/fuzz.h"

#define MAC "84f3eb012345"

static void check_failure(int rc, const struct failure *failure)
{
    if (rc == 0)
        return;
    FUZZ_CHECK(rc == -(int)RESULT_FILE_INVALID && failure->result == RESULT_FILE_INVALID);
    FUZZ_CHECK(failure->detail[0] != '\0');
}

// Where the last block of the text begins; the text's start without any.
static const uint8_t *last_block(const uint8_t *text)
{
    const char *last = (const char *)text;

    for (const char *s = last; (s = strstr(s, "-----BEGIN")) != NULL; s++)
        last = s;
    return (const uint8_t *)last;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    uint8_t *text = (uint8_t *)fuzz_text(p, n);
    struct identity identity;
    struct failure failure = {0};

    fuzz_reveal_keys(text, n);

    const uint8_t *block = last_block(text);
    size_t block_size = n - (size_t)(block - text);

    identity_init(&identity);

    int ca = identity_read_ca(&identity, block, block_size, &failure);

    check_failure(ca, &failure);

    int cert = identity_read_cert(&identity, text, n, MAC, &failure);

    check_failure(cert, &failure);
    check_failure(identity_read_key(&identity, block, block_size, &failure), &failure);
    if (cert == 0) {
        FUZZ_CHECK(identity_accepts_key(&identity.cert.pk));
        FUZZ_CHECK(memmem(identity.cert.subject_raw.p, identity.cert.subject_raw.len, MAC,
                       strlen(MAC)) != NULL);
    }
    if (ca == 0 && cert == 0)
        check_failure(identity_check_chain(&identity, true, &failure), &failure);
    identity_clear(&identity);
    return 0;
}
