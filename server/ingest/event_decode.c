// Events from bytes.
#include "server/ingest/event_decode.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "server/model/event_kind.h"
#include "server/ingest/payload_scan.h"
#include "server/ingest/payload_take.h"

#define ID_MAX ((int64_t)1 << 53) // whole numbers beyond are not exact in JSON

// clang-format off: its versions differ in braces
#define TEXT(name, member, cut)                                                                    \
    {                                                                                              \
        name, offsetof(struct event, member), sizeof(((struct event *)0)->member), cut             \
    }
// clang-format on

static const struct {
    const char *name;
    size_t offset, size;
    bool cut;
} texts[] = {
    TEXT(CONTRACT_EVENT_KIND, kind, false),
    TEXT(CONTRACT_EVENT_COMMAND, command, false),
    TEXT(CONTRACT_EVENT_RESULT, result, false),
    TEXT(CONTRACT_EVENT_IMAGE, image, false),
    TEXT(CONTRACT_EVENT_STEP, step, false),
    TEXT(CONTRACT_EVENT_DETAIL, detail, true),
};

struct decoding {
    struct event *out;
    struct payload_faults *faults;
};

static void take_member(const struct payload_scan_member *sent, void *ctx)
{
    static const struct payload_take_range ids = {.min = 0, .max = ID_MAX, .whole = true};
    static const struct payload_take_range codes = {
        .min = INT32_MIN, .max = INT32_MAX, .whole = true};
    struct decoding *decoding = ctx;

    if (strcmp(sent->name, CONTRACT_EVENT_ID) == 0)
        payload_take_integer(sent, &ids, &decoding->out->command_id, decoding->faults);
    if (strcmp(sent->name, CONTRACT_EVENT_CODE) == 0)
        payload_take_integer(sent, &codes, &decoding->out->code, decoding->faults);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(sent->name, texts[i].name) == 0)
            payload_take_text(sent, texts[i].cut, (char *)decoding->out + texts[i].offset,
                texts[i].size, decoding->faults);
    }
}

void event_decode(const uint8_t *p, size_t n, struct event *out, struct payload_faults *faults)
{
    struct decoding decoding = {out, faults};

    memset(out, 0, sizeof *out);
    payload_scan(p, n, take_member, &decoding, faults);
    if (event_kind_is_own(out->kind)) {
        payload_fault_add(faults, PAYLOAD_FAULT_OWN_KIND, 0);
        out->kind[0] = '\0';
    } else if (out->kind[0] == '\0') {
        payload_fault_add(faults, PAYLOAD_FAULT_NO_KIND, 0);
        if (out->command_id != 0 && out->result[0] != '\0')
            snprintf(out->kind, sizeof out->kind, "%s", CONTRACT_EVENT_KIND_COMMAND);
    }
}
