#ifndef SELECT_MATCH_H
#define SELECT_MATCH_H

#include <stdbool.h>

// Whether a text fits a pattern: '*' is any characters, '?' is one, all else is itself. Both UTF-8.
bool select_match(const char *pattern, const char *text);

#endif
