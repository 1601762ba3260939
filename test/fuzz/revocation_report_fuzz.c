// What the broker says of the list: what is read is within its bounds.
#include "server/ingest/revocation_report.h"

#include <string.h>

#include "server/base/utf8.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct revocation_report report;

    fuzz_fill(&report, sizeof report);
    if (revocation_report_decode(fuzz_bytes(p, n), n, &report, NULL) < 0)
        return 0;
    FUZZ_CHECK(report.number >= 0 && report.number <= (int64_t)1 << 53);
    FUZZ_CHECK(report.entries >= 0 && report.disconnected >= 0);
    FUZZ_CHECK(memchr(report.error, '\0', sizeof report.error) != NULL);
    FUZZ_CHECK(utf8_is_valid(report.error));
    return 0;
}
