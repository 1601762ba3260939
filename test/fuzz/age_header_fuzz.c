// Headers of files of age: what is read is written again as it was.
#include <string.h>

#include "server/pki/age_header.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct age_header header;
    struct err err = {0};
    char text[AGE_HEADER_MAX + 1];
    int rc;

    fuzz_fill(&header, sizeof header);
    rc = age_header_read(fuzz_bytes(p, n), n, &header, &err);
    FUZZ_CHECK(rc == 0 || rc == ERR_INVALID);
    if (rc < 0) {
        FUZZ_CHECK(err.message[0] != '\0');
        FUZZ_CHECK(fuzz_is_untouched(&header, sizeof header));
        return 0;
    }
    FUZZ_CHECK(header.work >= 1 && header.work <= AGE_HEADER_WORK_MAX);
    FUZZ_CHECK(n <= AGE_HEADER_MAX);
    FUZZ_CHECK(age_header_write(&header, text) == n && memcmp(text, p, n) == 0);
    return 0;
}
