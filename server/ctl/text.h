#ifndef CTL_TEXT_H
#define CTL_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TEXT_SHORT_SIZE 24

// A copy with all that a terminal might obey made visible, as escape_next() has it. The caller
// frees it; NULL without memory.
char *text_escape(const char *s);

// Prints a text so escaped.
void text_print(FILE *out, const char *s);

// Prints a line, all of it so escaped.
void text_line(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

// How many columns an escaped text takes: one for each code point.
size_t text_width(const char *s);

// Writes a duration in its largest unit: "3s", "5m", "2h", "4d". A negative one is "0s".
void text_age(int64_t duration_ms, char out[TEXT_SHORT_SIZE]);

// Writes a size: "512 B", "386 KiB", "3.9 MiB".
void text_size(int64_t bytes, char out[TEXT_SHORT_SIZE]);

#endif
