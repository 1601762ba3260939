// A certificate that the broker has met, from bytes.
#include "server/ingest/certificate_report.h"

#include <string.h>

#include "server/ingest/payload_scan.h"
#include "server/ingest/payload_take.h"

#define TIME_MAX ((int64_t)1 << 53) // whole numbers beyond are not exact in JSON

static bool is_fingerprint(const char *text)
{
    return strlen(text) == CERTIFICATE_FINGERPRINT_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == CERTIFICATE_FINGERPRINT_SIZE - 1;
}

static bool is_not_empty(const char *text)
{
    return text[0] != '\0';
}

static bool is_anything(const char *text)
{
    (void)text;
    return true;
}

// clang-format off: its versions differ in braces
#define PLACE(member) offsetof(struct certificate_report, member)
#define TEXT(member, size, judge)                                                                  \
    {                                                                                              \
#member, PLACE(member), size, judge                                                        \
    }
#define TIME(member)                                                                               \
    {                                                                                              \
#member, PLACE(member)                                                                     \
    }

static const struct {
    const char *name;
    size_t offset;
    size_t size;
    bool (*judge)(const char *text);
} texts[] = {
    TEXT(serial, SERIAL_SIZE, serial_is_canonical),
    TEXT(common_name, CERTIFICATE_NAME_SIZE, is_not_empty),
    TEXT(unit, CERTIFICATE_NAME_SIZE, is_anything),
    TEXT(fingerprint, CERTIFICATE_FINGERPRINT_SIZE, is_fingerprint),
    TEXT(ca, CERTIFICATE_FINGERPRINT_SIZE, is_fingerprint),
};

static const struct {
    const char *name;
    size_t offset;
} times[] = {TIME(not_before_ms), TIME(not_after_ms)};
// clang-format on

#define TEXTS (sizeof texts / sizeof texts[0])
#define TIMES (sizeof times / sizeof times[0])

struct decoding {
    struct certificate_report report;
    struct payload_faults faults;
    bool has_text[TEXTS];
    bool has_time[TIMES];
    bool has_server;
};

static void take_text(struct decoding *decoding, size_t i, const struct payload_scan_member *sent)
{
    char *out = (char *)&decoding->report + texts[i].offset;

    decoding->has_text[i] = payload_take_text(sent, false, out, texts[i].size, &decoding->faults) &&
                            texts[i].judge(out);
}

static void take_member(const struct payload_scan_member *sent, void *ctx)
{
    static const struct payload_take_range range = {
        .min = -TIME_MAX, .max = TIME_MAX, .whole = true};
    struct decoding *decoding = ctx;

    for (size_t i = 0; i < TEXTS; i++) {
        if (strcmp(sent->name, texts[i].name) == 0)
            take_text(decoding, i, sent);
    }
    for (size_t i = 0; i < TIMES; i++) {
        if (strcmp(sent->name, times[i].name) == 0)
            decoding->has_time[i] = payload_take_integer(sent, &range,
                (int64_t *)(void *)((char *)&decoding->report + times[i].offset),
                &decoding->faults);
    }
    if (strcmp(sent->name, "server") == 0 && sent->type == PAYLOAD_SCAN_LITERAL &&
        sent->raw[0] != 'n') {
        decoding->has_server = true;
        decoding->report.is_server = sent->raw[0] == 't';
    }
}

// The first member that is not there, or is none; or NULL.
static const char *find_missing(const struct decoding *decoding)
{
    for (size_t i = 0; i < TEXTS; i++) {
        if (!decoding->has_text[i])
            return texts[i].name;
    }
    for (size_t i = 0; i < TIMES; i++) {
        if (!decoding->has_time[i])
            return times[i].name;
    }
    return decoding->has_server ? NULL : "server";
}

int certificate_report_decode(
    const uint8_t *p, size_t n, struct certificate_report *out, struct err *err)
{
    struct decoding decoding = {0};
    const char *missing;

    payload_scan(p, n, take_member, &decoding, &decoding.faults);
    missing = find_missing(&decoding);
    if (missing != NULL)
        return err_set(err, ERR_INVALID, "it gives no %s", missing);
    if (decoding.faults.count > 0)
        return err_set(err, ERR_INVALID, "%s", payload_fault_text(decoding.faults.items[0].kind));
    *out = decoding.report;
    return 0;
}
