#ifndef SELECT_PARSE_H
#define SELECT_PARSE_H

#include "server/base/err.h"
#include "server/select/select_tree.h"

// Reads a filter:
//
//   filter     = all *( "or" all )
//   all        = one *( ["and"] one )
//   one        = "not" one / "(" filter ")" / comparison
//   comparison = field op value      with spaces around op if one likes
//   value      = bare bytes, or any in double quotes, with \" and \\ for these two
//
// ERR_INVALID, and *out untouched: the message begins with the column, in characters from 1, and
// says what was expected there.
ERR_CHECKED int select_parse(const char *text, struct select_tree *out, struct err *err);

#endif
