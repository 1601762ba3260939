// A payload from a device, whatever it is: good JSON is read in full, of anything else a fault is
// noted, and what is kept is good JSON. The library judges.
#include "server/ingest/payload_scan.h"

#include <jansson.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/utf8.h"
#include "server/ingest/payload_keep.h"
#include "test/fuzz/fuzz.h"

#define DEPTH_MAX 16

struct seen {
    const uint8_t *p;
    size_t n;
    size_t count;
    bool inexact;
};

static void check_member(const struct payload_scan_member *member, void *ctx)
{
    struct seen *seen = ctx;

    seen->count++;
    seen->inexact |= !member->exact;
    FUZZ_CHECK(utf8_is_valid(member->name));
    FUZZ_CHECK(member->raw == seen->p + member->position);
    FUZZ_CHECK(member->position + member->raw_length <= seen->n);
    FUZZ_CHECK((member->type == PAYLOAD_SCAN_TEXT) == (member->text != NULL));
    FUZZ_CHECK(member->text == NULL || utf8_is_valid(member->text));
    FUZZ_CHECK(!member->cut || (member->text != NULL && !member->exact));
    FUZZ_CHECK(member->exact || member->text != NULL || member->type == PAYLOAD_SCAN_NUMBER);
}

// NOLINTNEXTLINE(misc-no-recursion): jansson has bounded its depth
static size_t depth_of(const json_t *value)
{
    size_t deepest = 0;
    size_t i;
    const char *name;
    json_t *inner;

    json_array_foreach((json_t *)value, i, inner)
    {
        deepest = depth_of(inner) > deepest ? depth_of(inner) : deepest;
    }
    json_object_foreach((json_t *)value, name, inner)
    {
        deepest = depth_of(inner) > deepest ? depth_of(inner) : deepest;
    }
    return deepest + (json_is_array(value) || json_is_object(value));
}

static void check_faults(const struct payload_faults *faults, const uint8_t *p, size_t n)
{
    char excerpt[DEVICE_FAULT_EXCERPT_SIZE];

    for (size_t i = 0; i < faults->count && i < PAYLOAD_FAULT_MAX; i++) {
        FUZZ_CHECK(faults->items[i].kind < PAYLOAD_FAULT_KIND_COUNT);
        FUZZ_CHECK(faults->items[i].position <= n);
        payload_fault_excerpt(p, n, faults->items[i].position, excerpt);
        FUZZ_CHECK(strlen(excerpt) < sizeof excerpt);
        for (const char *c = excerpt; *c != '\0'; c++)
            FUZZ_CHECK(*c >= ' ' && *c <= '~');
    }
}

// What is kept, from which the API makes JSON again.
static json_t *check_kept(const uint8_t *p, size_t n)
{
    char kept[PAYLOAD_KEEP_SIZE];
    size_t length = payload_keep_write(p, n, kept);
    struct payload_faults faults = {0};
    struct seen seen = {.p = (const uint8_t *)kept, .n = length};

    FUZZ_CHECK(length == strlen(kept) && length <= CONTRACT_PAYLOAD_MAX);
    payload_scan((const uint8_t *)kept, length, check_member, &seen, &faults);
    FUZZ_CHECK(faults.count == 0 && !seen.inexact);

    json_t *json = json_loadb(kept, length, JSON_DECODE_INT_AS_REAL, NULL);

    FUZZ_CHECK(json_is_object(json) && json_object_size(json) == seen.count);
    return json;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct payload_faults faults = {0};
    const uint8_t *bytes = fuzz_bytes(p, n);
    struct seen seen = {.p = bytes, .n = n};

    payload_scan(bytes, n, check_member, &seen, &faults);
    check_faults(&faults, bytes, n);

    json_t *kept = check_kept(p, n);
    json_t *strict =
        json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
    bool good =
        n <= CONTRACT_PAYLOAD_MAX && json_is_object(strict) && depth_of(strict) <= DEPTH_MAX;

    if (good && memchr(p, 0, n) == NULL) { // the library takes a NUL behind a number for its end
        FUZZ_CHECK(faults.count == 0 && !seen.inexact);
        FUZZ_CHECK(json_equal(kept, strict) && seen.count == json_object_size(strict));
    }
    json_decref(strict);
    if (faults.count == 0) {
        strict = json_loadb((const char *)p, n, JSON_DECODE_INT_AS_REAL, NULL);
        FUZZ_CHECK(json_is_object(strict) && json_equal(kept, strict));
        FUZZ_CHECK(n <= CONTRACT_PAYLOAD_MAX && depth_of(strict) <= DEPTH_MAX);
        json_decref(strict);
    }
    json_decref(kept);
    return 0;
}
