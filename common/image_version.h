#ifndef COMMON_IMAGE_VERSION_H
#define COMMON_IMAGE_VERSION_H

// Orders two versions that image_name_parse() accepted: < 0, 0 or > 0. Fields from left to right:
// numbers by value, letters by length and then letter by letter, a number before letters, and a
// version before any that continues it. A pre-release comes before its release; two of them are
// compared letter by letter, small and capital alike, with numbers by value, as in alpha, beta,
// beta.2, rc2, rc10. A "v" before the number counts for nothing.
int image_version_compare(const char *a, const char *b);

#endif
