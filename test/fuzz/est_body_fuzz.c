// Bodies of EST's requests.
#include "server/enrol/est_body.h"

#include <stdlib.h>
#include <string.h>

#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *body = fuzz_bytes(p, n);
    uint8_t *der = NULL, *again;
    size_t size = 0, again_size;
    struct err err = {0};
    int rc = est_body_decode(body, n, &der, &size, &err);
    char *text;
    size_t text_n;

    if (rc < 0) {
        FUZZ_CHECK(rc == (n > EST_BODY_MAX ? ERR_TOO_LARGE : ERR_INVALID));
        FUZZ_CHECK(der == NULL && size == 0 && err.message[0] != '\0');
        return 0;
    }
    FUZZ_CHECK(n <= EST_BODY_MAX && size > 0 && size <= n);
    // What is written is read as what it was.
    FUZZ_CHECK(est_body_encode(der, size, &text, &text_n) == 0);
    FUZZ_CHECK(strlen(text) == text_n && text[text_n - 1] == '\n');
    if (text_n <= EST_BODY_MAX) {
        FUZZ_CHECK(est_body_decode((const uint8_t *)text, text_n, &again, &again_size, NULL) == 0);
        FUZZ_CHECK(again_size == size && memcmp(again, der, size) == 0);
        free(again);
    }
    free(text);
    free(der);
    return 0;
}
