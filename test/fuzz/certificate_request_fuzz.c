// Requests for certificates, as anybody sends them: what is read is sound.
#include "server/pki/certificate_request.h"

#include <string.h>

#include "server/base/utf8.h"
#include "test/fuzz/fuzz.h"

static void check_text(const char *text, size_t size)
{
    FUZZ_CHECK(memchr(text, '\0', size) != NULL);
    FUZZ_CHECK(utf8_is_valid(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct certificate_request request;
    struct err err = {0};

    fuzz_fill(&request, sizeof request);

    int rc = certificate_request_parse(fuzz_bytes(p, n), n, &request, &err);

    if (rc < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&request, sizeof request));
        FUZZ_CHECK(rc == (n > CERTIFICATE_REQUEST_MAX ? ERR_TOO_LARGE : ERR_INVALID));
        FUZZ_CHECK(err.code == rc && err.message[0] != '\0');
        return 0;
    }
    FUZZ_CHECK(n <= CERTIFICATE_REQUEST_MAX);
    check_text(request.common_name, sizeof request.common_name);
    check_text(request.challenge, sizeof request.challenge);
    FUZZ_CHECK(request.common_name[0] != '\0');

    struct public_key key;

    FUZZ_CHECK(public_key_from_der(request.key.der, request.key.size_bytes, &key, NULL) == 0);
    FUZZ_CHECK(strcmp(key.algorithm, request.key.algorithm) == 0);
    return 0;
}
