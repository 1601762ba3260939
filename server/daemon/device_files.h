#ifndef DEVICE_FILES_H
#define DEVICE_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/daemon/config.h"
#include "server/pki/certificate_facts.h"

// The certificates and keys below devices_dir, looked at one after the other.
struct device_files;

struct device_files_counts {
    int64_t total;
    int64_t bad;              // that their device would not take
    int64_t ending;           // within 30 days, or ended
    char first_mac[MAC_SIZE]; // of the one that ends first, or ""
    int64_t first_ms;
    char first_reason[ERR_MESSAGE_SIZE]; // why the first of the bad ones is, or ""
};

// Reads the CA. A folder that cannot be read is an error, one that is not there
// holds nothing.
ERR_CHECKED int device_files_open(
    const struct config *config, struct device_files **out, struct err *err);
void device_files_close(struct device_files *files);

// Tells of each certificate that is good.
void device_files_on_good(struct device_files *files,
    void (*good)(const struct certificate_facts *facts, void *ctx), void *ctx);

// Looks at count more; false, and the counts of all, when there is none left.
bool device_files_look(struct device_files *files, int count, struct device_files_counts *counts);

#endif
