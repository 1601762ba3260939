// Certificate requests of devices.
#include "server/pki/enrolment_request.h"

#include <string.h>

#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *der = fuzz_bytes(p, n);
    struct enrolment_request request, again;
    struct err err = {0};

    fuzz_fill(&request, sizeof request);
    if (enrolment_request_read(der, n, &request, &err) < 0) {
        FUZZ_CHECK(err.code == (n > ENROLMENT_REQUEST_MAX ? ERR_TOO_LARGE : ERR_INVALID));
        FUZZ_CHECK(err.message[0] != '\0' && fuzz_is_untouched(&request, sizeof request));
        return 0;
    }
    FUZZ_CHECK(request.common_name[0] != '\0' && strlen(request.key_sha256) == 64);
    FUZZ_CHECK(strlen(request.common_name) < sizeof request.common_name);
    FUZZ_CHECK(strlen(request.code) < sizeof request.code);
    FUZZ_CHECK(enrolment_request_read(der, n, &again, &err) == 0);
    FUZZ_CHECK(strcmp(request.key_sha256, again.key_sha256) == 0);
    return 0;
}
