// The Accept header of clients of EST.
#include "server/enrol/est_accept.h"

#include <string.h>

#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *text = fuzz_text(p, n);

    // Whoever gets it has named it.
    if (est_accept_wants_der(text))
        FUZZ_CHECK(strcasestr(text, "application/pkix-cert") != NULL);
    return 0;
}
