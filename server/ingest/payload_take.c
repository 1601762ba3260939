// Members as what they are to be.
#include "server/ingest/payload_take.h"

#include <string.h>
#include <strings.h>

#include "server/ingest/payload_text.h"
#include "server/ingest/payload_value.h"

static bool refuse(const struct payload_scan_member *member, enum payload_fault_kind kind,
    struct payload_faults *faults)
{
    payload_fault_add(faults, kind, member->position);
    return false;
}

static bool is_null(const struct payload_scan_member *member)
{
    return member->type == PAYLOAD_SCAN_LITERAL && member->raw[0] == 'n';
}

bool payload_take_text(const struct payload_scan_member *member, bool cut, char *out, size_t size,
    struct payload_faults *faults)
{
    if (is_null(member))
        return false;
    if (member->type == PAYLOAD_SCAN_NUMBER && member->raw_length < size) {
        memcpy(out, member->raw, member->raw_length);
        out[member->raw_length] = '\0';
        return true;
    }
    if (member->type != PAYLOAD_SCAN_TEXT)
        return refuse(member, PAYLOAD_FAULT_TYPE, faults);
    if (!cut && member->cut) // noted where it was cut
        return false;
    if (!cut && strlen(member->text) >= size)
        return refuse(member, PAYLOAD_FAULT_TEXT_SIZE, faults);
    payload_text_copy(out, size, member->text);
    return true;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

// "-61", " 123 ", "-61 dBm".
static bool read_text(const char *text, const char *unit, double *out)
{
    const char *number = skip_blanks(text);
    size_t n = strspn(number, "0123456789.eE+-");
    const char *rest = skip_blanks(number + n);
    size_t unit_length = unit != NULL ? strlen(unit) : 0;

    if (unit_length > 0 && strncasecmp(rest, unit, unit_length) == 0)
        rest = skip_blanks(rest + unit_length);
    return *rest == '\0' && payload_value_number(number, n, out) != PAYLOAD_VALUE_NONE;
}

bool payload_take_integer(const struct payload_scan_member *member,
    const struct payload_take_range *range, int64_t *out, struct payload_faults *faults)
{
    double number = member->number;

    if (is_null(member))
        return false;
    if (member->type == PAYLOAD_SCAN_TEXT && member->cut)
        return false;
    if (member->type != PAYLOAD_SCAN_NUMBER &&
        (member->type != PAYLOAD_SCAN_TEXT || !read_text(member->text, range->unit, &number)))
        return refuse(member, PAYLOAD_FAULT_TYPE, faults);
    // What is beyond cannot be converted at all.
    if (!(number >= (double)range->min - 0.5 && number <= (double)range->max + 0.5))
        return refuse(member, PAYLOAD_FAULT_RANGE, faults);

    int64_t integer = (int64_t)number;
    double fraction = number - (double)integer;

    integer += (fraction >= 0.5) - (fraction <= -0.5);
    if (integer < range->min || integer > range->max ||
        (range->whole && (fraction > 0 || fraction < 0)))
        return refuse(member, PAYLOAD_FAULT_RANGE, faults);
    *out = integer;
    return true;
}
