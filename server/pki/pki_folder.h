#ifndef PKI_PKI_FOLDER_H
#define PKI_PKI_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/pki/issuer.h"
#include "server/pki/private_key.h"

// A folder that holds a CA and all it issued; folders have mode 0700, keys 0600:
//
//   ca.crt ca.key issued.pem (server/pki/issued.h)
//   servers/NAME.crt .key    devices/<mac>.crt .key    clients/NAME.crt .key
//   signing/NAME.pub .key

struct pki_folder_order {
    const char *folder;
    enum private_key_kind kind;
    int days;     // 0: the profile's default
    bool force;   // replace what exists
    bool is_root; // of a CA that is made: there may be others below it
    int64_t now_ms;
};

// Another CA that is wanted.
struct pki_folder_ca {
    const char *folder;
    const char *common_name;
};

// What was written. Lasting after credential_file_sync().
struct pki_folder_pair {
    char public_path[PATH_MAX]; // certificate or public key
    char key_path[PATH_MAX];
    // Of a certificate.
    char serial[SERIAL_SIZE];
    int64_t not_after_ms;
};

// Makes the CA. ERR_CONFLICT if there is one.
ERR_CHECKED int pki_folder_init(const struct pki_folder_order *order, const char *common_name,
    struct pki_folder_pair *out, struct err *err);

// Makes another CA, below the one of order's folder, in a folder of its own. ERR_CONFLICT if there
// is one, ERR_INVALID if it is the same folder or below that CA there can be no other.
ERR_CHECKED int pki_folder_add_ca(const struct issuer *issuer, const struct pki_folder_order *order,
    const struct pki_folder_ca *ca, struct pki_folder_pair *out, struct err *err);

// Opens the CA, to issue with; the caller frees it. ERR_NOT_FOUND; ERR_DENIED if others may write
// to the folder.
ERR_CHECKED int pki_folder_open(const char *folder, struct issuer **out, struct err *err);

// Issues a server's certificate; without names its name is its host name or address. ERR_INVALID
// if the name cannot be a file's or a host's, or is a client's.
ERR_CHECKED int pki_folder_add_server(const struct issuer *issuer,
    const struct pki_folder_order *order, const struct issuer_order *certificate,
    struct pki_folder_pair *out, struct err *err);

// Decides the place of a server's certificate and key, as pki_folder_add_server() does, and its
// names.
ERR_CHECKED int pki_folder_place_server(const struct pki_folder_order *order,
    struct issuer_order *wanted, struct pki_folder_pair *out, struct err *err);

// Issues the certificate of a client of the broker that is no device; order's unit is its role.
// ERR_INVALID if the name holds a MAC or is one that the daemon or a server has, or the role is no
// word, or that of a device or of the daemon.
ERR_CHECKED int pki_folder_add_client(const struct issuer *issuer,
    const struct pki_folder_order *order, const struct issuer_order *certificate,
    struct pki_folder_pair *out, struct err *err);

// Whether a device's certificate can be written: ERR_CONFLICT if there is one. mac in canonical
// form.
ERR_CHECKED int pki_folder_check_device(
    const struct pki_folder_order *order, const char *mac, struct err *err);

#define PKI_FOLDER_DEVICES_MAX 64

// Devices' certificates that are wanted.
struct pki_folder_devices {
    const char (*macs)[MAC_SIZE];  // count of them, in canonical form
    size_t count;                  // at most PKI_FOLDER_DEVICES_MAX
    struct pki_folder_pair *pairs; // count of them, written
    size_t made;                   // how many were; also if the next one failed
    size_t at;                     // the one that failed
};

// Issues devices' certificates.
ERR_CHECKED int pki_folder_add_devices(const struct issuer *issuer,
    const struct pki_folder_order *order, struct pki_folder_devices *devices, struct err *err);

// The same for one.
ERR_CHECKED int pki_folder_add_device(const struct issuer *issuer,
    const struct pki_folder_order *order, const char *mac, struct pki_folder_pair *out,
    struct err *err);

// Makes a key pair that signs images.
ERR_CHECKED int pki_folder_add_signing(const struct pki_folder_order *order, const char *name,
    struct pki_folder_pair *out, struct err *err);

#endif
