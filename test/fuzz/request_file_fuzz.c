// Requests for certificates as files that were brought from another machine.
#include "server/pki/request_file.h"

#include <stdlib.h>
#include <string.h>

#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct certificate_request request;
    struct err err = {0};
    char *text = malloc(n + 1);

    if (text == NULL)
        return 0;
    memcpy(text, p, n);
    text[n] = '\0';
    fuzz_fill(&request, sizeof request);
    if (request_file_parse(fuzz_bytes(p, n), n, &request, &err) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&request, sizeof request));
        FUZZ_CHECK(err.message[0] != '\0');
    } else if (strlen(text) == n) {
        FUZZ_CHECK(request.common_name[0] != '\0');
        FUZZ_CHECK(request_file_is_same(text, text));
    }
    free(text);
    return 0;
}
