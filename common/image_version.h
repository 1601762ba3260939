#ifndef COMMON_IMAGE_VERSION_H
#define COMMON_IMAGE_VERSION_H

// Orders two versions that image_name_parse() accepted: < 0, 0 or > 0. Fields from left to right:
// numbers by value, letters by length and then letter by letter, a number before letters, and a
// version before any that continues it.
int image_version_compare(const char *a, const char *b);

#endif
