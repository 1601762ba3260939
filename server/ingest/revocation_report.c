// What the broker says of the list of who is shut out, from bytes.
#include "server/ingest/revocation_report.h"

#include <string.h>

#include "server/ingest/payload_scan.h"
#include "server/ingest/payload_take.h"

#define NUMBER_MAX ((int64_t)1 << 53) // whole numbers beyond are not exact in JSON

// clang-format off: its versions differ in braces
#define NUMBER(member)                                                                             \
    {                                                                                              \
#member, offsetof(struct revocation_report, member)                                        \
    }
// clang-format on

static const struct {
    const char *name;
    size_t offset;
} numbers[] = {NUMBER(number), NUMBER(entries), NUMBER(disconnected)};

struct decoding {
    struct revocation_report report;
    struct payload_faults faults;
};

static void take_member(const struct payload_scan_member *sent, void *ctx)
{
    static const struct payload_take_range range = {.min = 0, .max = NUMBER_MAX, .whole = true};
    struct decoding *decoding = ctx;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(sent->name, numbers[i].name) == 0)
            payload_take_integer(sent, &range,
                (int64_t *)(void *)((char *)&decoding->report + numbers[i].offset),
                &decoding->faults);
    }
    if (strcmp(sent->name, "error") == 0)
        payload_take_text(
            sent, true, decoding->report.error, sizeof decoding->report.error, &decoding->faults);
}

int revocation_report_decode(
    const uint8_t *p, size_t n, struct revocation_report *out, struct err *err)
{
    struct decoding decoding = {.report = {.number = -1}};

    payload_scan(p, n, take_member, &decoding, &decoding.faults);
    if (decoding.report.number < 0)
        return err_set(err, ERR_INVALID, "it gives no number: %s",
            decoding.faults.count > 0 ? payload_fault_text(decoding.faults.items[0].kind)
                                      : "there is none");
    *out = decoding.report;
    return 0;
}
