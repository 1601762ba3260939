// What is kept of a payload that is no good JSON.
#include "server/ingest/payload_keep.h"

#include <jansson.h>
#include <string.h>

#include "server/ingest/payload_scan.h"

struct keep {
    char *out;
    size_t n;
};

static size_t room(const struct keep *keep)
{
    return PAYLOAD_KEEP_SIZE - 2 - keep->n; // for the brace and the NUL
}

static bool add_bytes(struct keep *keep, const void *p, size_t n)
{
    if (n > room(keep))
        return false;
    memcpy(keep->out + keep->n, p, n);
    keep->n += n;
    return true;
}

// Takes the value over.
static bool add_json(struct keep *keep, json_t *value)
{
    size_t n = json_dumpb(value, keep->out + keep->n, room(keep), JSON_ENCODE_ANY | JSON_COMPACT);

    json_decref(value);
    if (n == 0 || n > room(keep))
        return false;
    keep->n += n;
    return true;
}

static bool add_value(struct keep *keep, const struct payload_scan_member *member)
{
    if (member->exact)
        return add_bytes(keep, member->raw, member->raw_length);
    return add_json(keep,
        member->type == PAYLOAD_SCAN_TEXT ? json_string(member->text) : json_real(member->number));
}

static void add_member(const struct payload_scan_member *member, void *ctx)
{
    struct keep *keep = ctx;
    size_t before = keep->n;

    if (member->cut) // a part could be taken for the whole
        return;
    if ((before > 1 && !add_bytes(keep, ",", 1)) || !add_json(keep, json_string(member->name)) ||
        !add_bytes(keep, ":", 1) || !add_value(keep, member))
        keep->n = before;
}

size_t payload_keep_write(const uint8_t *p, size_t n, char out[PAYLOAD_KEEP_SIZE])
{
    struct keep keep = {.out = out};
    struct payload_faults faults = {0};

    out[keep.n++] = '{';
    payload_scan(p, n, add_member, &keep, &faults);
    out[keep.n++] = '}';
    out[keep.n] = '\0';
    return keep.n;
}
