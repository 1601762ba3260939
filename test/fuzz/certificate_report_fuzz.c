// What the broker says of a certificate: what is read is one that the database takes.
#include "server/ingest/certificate_report.h"

#include <string.h>

#include "server/base/utf8.h"
#include "test/fuzz/fuzz.h"

static void check_text(const char *text, size_t size)
{
    FUZZ_CHECK(memchr(text, '\0', size) != NULL);
    FUZZ_CHECK(utf8_is_valid(text));
}

static void check_fingerprint(const char *text)
{
    FUZZ_CHECK(strlen(text) == CERTIFICATE_FINGERPRINT_SIZE - 1);
    FUZZ_CHECK(strspn(text, "0123456789abcdef") == strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct certificate_report report;
    struct err err = {0};

    fuzz_fill(&report, sizeof report);
    if (certificate_report_decode(fuzz_bytes(p, n), n, &report, &err) < 0) {
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        return 0;
    }
    FUZZ_CHECK(serial_is_canonical(report.serial));
    check_text(report.common_name, sizeof report.common_name);
    FUZZ_CHECK(report.common_name[0] != '\0');
    check_text(report.unit, sizeof report.unit);
    check_fingerprint(report.fingerprint);
    check_fingerprint(report.ca);
    FUZZ_CHECK(report.not_before_ms >= -((int64_t)1 << 53));
    FUZZ_CHECK(report.not_after_ms <= (int64_t)1 << 53);
    return 0;
}
