#ifndef STATUS_MEMBER_H
#define STATUS_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/model/device_record.h"

// The members of a status: what each becomes in struct device_status.
struct status_member {
    const char *name;
    unsigned bit;     // of a number; 0: a text
    int64_t min, max; // of a number
    const char *unit; // that may stand behind a number in a text; NULL: none
    size_t offset;    // in struct device_status
    size_t size;      // of the text with its NUL, or of the number
    bool cut;         // a text too long is cut; others are left out
};

// The member of that name, or NULL.
const struct status_member *status_member_find(const char *name, size_t n);

// Sets a number. False, and *out unchanged, if it is out of the member's range.
bool status_member_set_number(
    struct device_status *out, const struct status_member *member, int64_t value);

// Where a text of member->size bytes stands.
char *status_member_text(struct device_status *status, const struct status_member *member);

#endif
