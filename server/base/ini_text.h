#ifndef BASE_INI_TEXT_H
#define BASE_INI_TEXT_H

#include <stdbool.h>
#include <stddef.h>

// The text of a configuration file (secureesp.conf(5)), looked at and changed as an editor would,
// with all that stands around a setting. Pure. Whether the file is a good one, only the daemon can
// tell.

// Writes the value of a setting, the last of that name, without a comment behind it. False, and out
// untouched, if there is none, or it does not fit.
bool ini_text_get(const char *text, const char *section, const char *key, char *out, size_t size);

// A copy in which it has that value: its line is written anew, or stands after the last setting of
// the section, or in a section of its own at the end. The caller frees it; NULL without memory.
char *ini_text_set(const char *text, const char *section, const char *key, const char *value);

#endif
