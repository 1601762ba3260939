#ifndef NAME_TEXT_H
#define NAME_TEXT_H

#include <stddef.h>

#include <openssl/x509.h>

// Reads what a name has of one kind, as its common name. Returns how many there are: 0, 1, or 2 for
// more. One that fits in full, and holds no NUL, is written to out as UTF-8; else out is untouched.
int name_text_read(const X509_NAME *name, int nid, char *out, size_t size);

#endif
