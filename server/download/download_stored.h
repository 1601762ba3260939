#ifndef DOWNLOAD_STORED_H
#define DOWNLOAD_STORED_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/download/download.h"
#include "server/download/download_file.h"

#define DOWNLOAD_STORED_PATH_SIZE 4096

// A certificate or key that the server has for a device.
struct download_stored {
    const uint8_t *shown; // DER of the device's certificate, shown_n bytes: given by the caller for
    size_t shown_n;       // DOWNLOAD_CERT
    char path[DOWNLOAD_STORED_PATH_SIZE]; // where it was, set also on failure
    uint8_t *bytes;                       // the caller frees them
    size_t n;
};

// Reads the file of that kind (DOWNLOAD_CA or DOWNLOAD_CERT) for a device, in the form that it asks
// for, and judges that it is what its name says: nothing else leaves. The CA is the one in use.
// While the CA changes, what is sent as a certificate may be another than the file's, but only one
// for the key that the device has.
// ERR_NOT_FOUND: there is none; all other errors: it cannot be used.
ERR_CHECKED int download_stored_read(const struct download_settings *settings, const char *mac,
    const struct download_file *file, struct download_stored *out, struct err *err);

// Gives what was read the form that is asked for. If it fails, nothing is left to clear.
ERR_CHECKED int download_stored_convert(
    const struct download_file *file, struct download_stored *stored, struct err *err);

// Of one that was read: frees its bytes, and leaves none of them in memory.
void download_stored_clear(struct download_stored *stored);

#endif
