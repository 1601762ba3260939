// Statuses from bytes.
#include "server/ingest/status_decode.h"

#include <string.h>

#include "server/ingest/payload_scan.h"
#include "server/ingest/payload_take.h"
#include "server/ingest/status_member.h"
#include "server/ingest/status_scan.h"

struct decoding {
    struct device_status *out;
    struct payload_faults *faults;
};

static void take_number(struct decoding *decoding, const struct status_member *member,
    const struct payload_scan_member *sent)
{
    const struct payload_take_range range = {member->min, member->max, member->unit, false};
    int64_t value;

    if (payload_take_integer(sent, &range, &value, decoding->faults))
        status_member_set_number(decoding->out, member, value);
}

static void take_member(const struct payload_scan_member *sent, void *ctx)
{
    struct decoding *decoding = ctx;
    const struct status_member *member = status_member_find(sent->name, strlen(sent->name));

    if (member == NULL)
        return;
    if (member->bit != 0)
        take_number(decoding, member, sent);
    else
        payload_take_text(sent, member->cut, status_member_text(decoding->out, member),
            member->size, decoding->faults);
}

void status_decode(
    const uint8_t *p, size_t n, struct device_status *out, struct payload_faults *faults)
{
    if (!status_scan(p, n, out))
        status_decode_any(p, n, out, faults);
}

void status_decode_any(
    const uint8_t *p, size_t n, struct device_status *out, struct payload_faults *faults)
{
    struct decoding decoding = {out, faults};

    memset(out, 0, sizeof *out);
    payload_scan(p, n, take_member, &decoding, faults);
}
