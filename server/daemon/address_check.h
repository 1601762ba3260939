#ifndef ADDRESS_CHECK_H
#define ADDRESS_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "server/daemon/config.h"
#include "server/download/download.h"

// A name may have several addresses, as localhost has ::1 and 127.0.0.1. Where a server listens on
// some of them only, clients that take another wait, fail, or find somebody else.

#define ADDRESS_CHECK_TEXT_SIZE 400

// Looks whether somebody listens on each address that the name has here: on this machine without
// their noticing, elsewhere by connecting, at most 2 s in all once the addresses are found. 1 if
// some answer and others do not: text then says which, and what to do. Else 0.
int address_check_run(const char *name, uint16_t port, char text[ADDRESS_CHECK_TEXT_SIZE]);

// Does so on a thread of its own, for the broker and for the names that devices are told, and logs
// what it finds. Nothing is borrowed beyond the call.
void address_check_start(const struct config *config, struct download *download);

#endif
