#ifndef GUI_ENCODING_H
#define GUI_ENCODING_H

#include <stdbool.h>

// Whether a client takes gzip, by one of its fields Accept-Encoding (RFC 9110, 12.5.3).
bool gui_encoding_takes_gzip(const char *field);

#endif
