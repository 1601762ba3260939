// File names of the wire contract.
#include "server/download/download_file.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "common/mac.h"

static const struct {
    const char *suffix;
    enum download_kind kind;
    bool der;
} own_files[] = {
    {CONTRACT_SUFFIX_CERT, DOWNLOAD_CERT, false},
    {CONTRACT_SUFFIX_KEY, DOWNLOAD_KEY, false},
    {CONTRACT_SUFFIX_CERT CONTRACT_SUFFIX_DER, DOWNLOAD_CERT, true},
    {CONTRACT_SUFFIX_KEY CONTRACT_SUFFIX_DER, DOWNLOAD_KEY, true},
    {CONTRACT_SUFFIX_DER, DOWNLOAD_CERT, true},
};

static const struct {
    const char *name;
    enum download_kind kind;
    bool der;
} common_files[] = {
    {CONTRACT_FILE_CONFIG, DOWNLOAD_CONFIG, false},
    {CONTRACT_FILE_FIRMWARE, DOWNLOAD_FIRMWARE, false},
    {CONTRACT_FILE_CA, DOWNLOAD_CA, false},
    {CONTRACT_FILE_CA CONTRACT_SUFFIX_DER, DOWNLOAD_CA, true},
    {"ca" CONTRACT_SUFFIX_DER, DOWNLOAD_CA, true},
};

struct download_file download_file_of(const char *name, const char *mac)
{
    struct download_file file = {DOWNLOAD_UNKNOWN, false, false};

    for (size_t i = 0; i < sizeof common_files / sizeof common_files[0]; i++) {
        if (strcmp(name, common_files[i].name) == 0)
            return (struct download_file){common_files[i].kind, common_files[i].der, false};
    }
    if (strlen(name) < MAC_LENGTH || !mac_is_valid(name, MAC_LENGTH))
        return file;
    for (size_t i = 0; i < sizeof own_files / sizeof own_files[0]; i++) {
        if (strcmp(name + MAC_LENGTH, own_files[i].suffix) != 0)
            continue;
        file.kind = own_files[i].kind;
        file.der = own_files[i].der;
        file.foreign = strncmp(name, mac, MAC_LENGTH) != 0;
    }
    return file;
}

const char *download_file_usual_name(const char *name, char out[DOWNLOAD_FILE_NAME_SIZE])
{
    size_t n = strcspn(name, ".");
    char spelled[DOWNLOAD_FILE_NAME_SIZE];
    char mac[MAC_SIZE];

    if (strlen(name) >= DOWNLOAD_FILE_NAME_SIZE)
        return name;
    memcpy(spelled, name, n);
    spelled[n] = '\0';
    if (!mac_parse(spelled, mac))
        return name;
    snprintf(out, DOWNLOAD_FILE_NAME_SIZE, "%s%s", mac, name + n);
    return out;
}

const char *download_file_type(const struct download_file *file)
{
    return file->der ? "application/octet-stream" : "application/x-pem-file";
}
