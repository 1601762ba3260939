#ifndef FILE_LIMIT_H
#define FILE_LIMIT_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/daemon/config.h"

// How many files the process may have open, beside what its settings need.

// Connections of the operator's API at once.
#define FILE_LIMIT_API_CONNECTIONS 256u

// The same of enrolment, and how many of them are decided at once: each waits for the disk, twice,
// and for the signer.
#define FILE_LIMIT_ENROL_CONNECTIONS 200u
#define FILE_LIMIT_ENROL_HANDLERS 16u

// Connections of the operators' HTTPS at once, and of one address.
#define FILE_LIMIT_OPERATOR_CONNECTIONS 128u
#define FILE_LIMIT_OPERATOR_PER_ADDRESS 32u

// What the daemon needs beside the download server's connections: the API's, those to enrol and of
// operators if they have a port, and those to database and broker.
uint64_t file_limit_spare(const struct config *config);

// How many threads the download server has: for its connections, or as many of them as there may be
// files for.
unsigned file_limit_threads(const struct config *config);

// Raises the process's own limit, as far as it may, to what the settings need. If that does not do,
// note holds a line that says so, else "". ERR_INVALID if nothing could be served.
#define FILE_LIMIT_NOTE_SIZE 256
ERR_CHECKED int file_limit_raise(
    const struct config *config, char note[FILE_LIMIT_NOTE_SIZE], struct err *err);

#endif
