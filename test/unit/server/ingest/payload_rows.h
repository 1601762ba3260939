#ifndef TEST_SERVER_INGEST_PAYLOAD_ROWS_H
#define TEST_SERVER_INGEST_PAYLOAD_ROWS_H

// Rows of payloads, each with what is kept of it and the first fault. In a header, since each test
// program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "server/ingest/payload_keep.h"
#include "server/ingest/payload_scan.h"

static inline void ignore(const struct payload_scan_member *member, void *ctx)
{
    (void)member;
    (void)ctx;
}

// From memory of exactly that size, so that a byte read beyond is found.
static inline struct payload_faults scan(const char *text, size_t n, char kept[PAYLOAD_KEEP_SIZE])
{
    struct payload_faults faults = {0};
    uint8_t *copy = malloc(n > 0 ? n : 1);

    memcpy(copy, text, n);
    payload_scan(copy, n, ignore, NULL, &faults);

    size_t length = payload_keep_write(copy, n, kept);

    free(copy);
    assert_int_equal(length, strlen(kept));

    json_t *json = json_loads(kept, JSON_DECODE_INT_AS_REAL, NULL);

    if (json == NULL || !json_is_object(json))
        fail_msg("kept of '%s': '%s'", text, kept);
    json_decref(json);
    return faults;
}

struct row {
    const char *text;
    size_t n;
    const char *kept;
    enum payload_fault_kind kind;
    size_t position;
};

static inline void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char kept[PAYLOAD_KEEP_SIZE];
        struct payload_faults faults = scan(rows[i].text, rows[i].n, kept);

        if (faults.count == 0)
            fail_msg("row %zu: no fault in '%s'", i, rows[i].text);
        if (strcmp(kept, rows[i].kept) != 0)
            fail_msg("row %zu: '%s' of '%s'", i, kept, rows[i].text);
        if (faults.items[0].kind != rows[i].kind || faults.items[0].position != rows[i].position)
            fail_msg("row %zu: '%s' at %zu of '%s'", i, payload_fault_text(faults.items[0].kind),
                faults.items[0].position, rows[i].text);
    }
}

// clang-format off: its versions differ in braces
#define ROW(text, kept, kind, position)                                                            \
    {                                                                                              \
        (text), sizeof(text) - 1, (kept), PAYLOAD_FAULT_##kind, (position)                         \
    }
// clang-format on
#define CHECK(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

#endif
