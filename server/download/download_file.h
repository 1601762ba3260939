#ifndef DOWNLOAD_FILE_H
#define DOWNLOAD_FILE_H

#include <stdbool.h>

#define DOWNLOAD_FILE_NAME_SIZE 32 // a MAC and the longest suffix

// What a file name on the download server stands for; a pure decision.
enum download_kind {
    DOWNLOAD_UNKNOWN,
    DOWNLOAD_CONFIG,
    DOWNLOAD_FIRMWARE,
    DOWNLOAD_CA,
    DOWNLOAD_CERT,
    DOWNLOAD_KEY,
};

struct download_file {
    enum download_kind kind;
    bool
        der; // instead of PEM: ".der" was appended ("ca.crt.der") or replaced the suffix ("ca.der")
    bool foreign; // it belongs to another device
};

// Reads a name as the device of that MAC asks for it. "<mac>.der" is the certificate.
struct download_file download_file_of(const char *name, const char *mac);

// A name that begins with a MAC in another form (upper case, separators), as a device with a
// certificate so spelled asks for it: the same with the MAC as the wire contract has it, written to
// out. Any other name is returned as it is.
const char *download_file_usual_name(const char *name, char out[DOWNLOAD_FILE_NAME_SIZE]);

// The media type of a CA, certificate or key as it is asked for.
const char *download_file_type(const struct download_file *file);

#endif
