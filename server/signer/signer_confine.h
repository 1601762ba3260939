#ifndef SIGNER_CONFINE_H
#define SIGNER_CONFINE_H

#include <stdbool.h>

#include "server/base/err.h"

// From now on this process may only do what signing takes: read and write what is open, open files,
// accept connections of sockets that listen already, and compute. It cannot make or connect a
// socket, run a program, begin a process or a thread, look into another, send a signal, or make
// memory executable; it cannot take that back. Calls fail with EPERM. To be called before another
// thread exists. uses_token: the module that signs may also list folders and ask about files; what
// it has connected to by now it keeps. ERR_IO.
ERR_CHECKED int signer_confine(bool uses_token, struct err *err);

#endif
