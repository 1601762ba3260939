#ifndef API_ENTITY_TAGS_H
#define API_ENTITY_TAGS_H

#include <stdbool.h>

#include "server/base/err.h"

// Judges a value of If-Match (RFC 9110, 13.1.1): "*", or entity-tags with commas between them, of
// which empty ones are passed over. ERR_INVALID if it is neither, or names none.
ERR_CHECKED int api_entity_tags_check(const char *list, struct err *err);

// Whether such a list, which is good, has the ETag of what is in that state (audit_tag.h; "": it
// does not exist). An ETag is the state, or it with a dot and more behind it, which tells
// representations of one state apart. A weak one is never meant (8.8.3.2).
bool api_entity_tags_have(const char *list, const char *state);

#endif
