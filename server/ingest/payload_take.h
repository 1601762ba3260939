#ifndef PAYLOAD_TAKE_H
#define PAYLOAD_TAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/ingest/payload_scan.h"

// Members as what they are to be, in whatever form their meaning is plain. What cannot be taken is
// noted in *faults, but for null, which says nothing.

// A text: also a number's digits. One that does not fit, or of which only the beginning is known,
// is cut at a character if that is of use (cut), else not taken. out is untouched if it is not.
bool payload_take_text(const struct payload_scan_member *member, bool cut, char *out, size_t size,
    struct payload_faults *faults);

struct payload_take_range {
    int64_t min, max; // within +-2^53
    const char *unit; // may stand behind the number in a text; NULL: none
    bool whole;       // a fraction is not taken; else it is rounded
};

// A number: also as a text.
bool payload_take_integer(const struct payload_scan_member *member,
    const struct payload_take_range *range, int64_t *out, struct payload_faults *faults);

#endif
