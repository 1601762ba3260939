// A CA's folder: where everything in it lies.
#include "server/pki/pki_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <openssl/crypto.h>

#include "common/mac.h"
#include "server/base/file.h"
#include "server/base/own_folder.h"
#include "server/pki/client_name.h"
#include "server/pki/credential_file.h"
#include "server/pki/pki_pairs.h"

#define FOLDER_MODE 0700
#define NAME_MAX_BYTES 64 // as a common name

static int place(char out[PATH_MAX], const char *folder, const char *name, struct err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s/%s", folder, name);
    return 0;
}

// Whoever may write where keys are made may put his own there.
static int make_folder(const char *folder, struct err *err)
{
    int rc = file_make_folder(folder, FOLDER_MODE, err);

    return rc < 0 ? rc : own_folder_check(folder, err);
}

// Decides the paths SUBFOLDER/NAME.key and SUBFOLDER/NAME.SUFFIX, and makes the folders.
static int place_pair(const struct pki_folder_order *order, const char *subfolder,
    const char *name_and_suffix[2], struct pki_folder_pair *out, struct err *err)
{
    char folder[PATH_MAX];
    char file[NAME_MAX_BYTES + 8];
    int rc = place(folder, order->folder, subfolder, err);

    if (rc < 0)
        return rc;
    snprintf(file, sizeof file, "%s%s", name_and_suffix[0], name_and_suffix[1]);
    rc = place(out->public_path, folder, file, err);
    if (rc < 0)
        return rc;
    snprintf(file, sizeof file, "%s.key", name_and_suffix[0]);
    rc = place(out->key_path, folder, file, err);
    if (rc < 0)
        return rc;
    rc = make_folder(folder, err);
    return rc < 0 ? rc : own_folder_check(order->folder, err);
}

static int make_one(const struct issuer *issuer, const struct pki_folder_order *order,
    const struct issuer_order *wanted, struct pki_folder_pair *pair, struct err *err)
{
    struct pki_pairs pairs = {
        .issuer = issuer, .order = order, .wanted = wanted, .pairs = pair, .count = 1};

    return pki_pairs_make(&pairs, err);
}

// Decides where a CA lies, and makes its folder.
static int place_ca(const char *folder, struct pki_folder_pair *out, struct err *err)
{
    int rc = place(out->public_path, folder, "ca.crt", err);

    if (rc == 0)
        rc = place(out->key_path, folder, "ca.key", err);
    return rc == 0 ? make_folder(folder, err) : rc;
}

int pki_folder_init(const struct pki_folder_order *order, const char *common_name,
    struct pki_folder_pair *out, struct err *err)
{
    struct issuer_order wanted = {
        .profile = order->is_root ? PROFILE_ROOT : PROFILE_CA,
        .common_name = common_name,
        .days = order->days,
        .now_ms = order->now_ms,
    };
    int rc = place_ca(order->folder, out, err);

    return rc < 0 ? rc : make_one(NULL, order, &wanted, out, err);
}

// Also by another name.
static bool is_same_folder(const char *a, const char *b)
{
    struct stat at_a;
    struct stat at_b;

    return stat(a, &at_a) == 0 && stat(b, &at_b) == 0 && at_a.st_dev == at_b.st_dev &&
           at_a.st_ino == at_b.st_ino;
}

int pki_folder_add_ca(const struct issuer *issuer, const struct pki_folder_order *order,
    const struct pki_folder_ca *ca, struct pki_folder_pair *out, struct err *err)
{
    struct issuer_order wanted = {
        .profile = PROFILE_INTERMEDIATE,
        .common_name = ca->common_name,
        .days = order->days,
        .now_ms = order->now_ms,
    };

    if (!issuer_allows_ca(issuer))
        return err_set(err, ERR_INVALID,
            "below the CA of %s there can be no other; 'pki init --root' makes one that allows it",
            order->folder);
    if (is_same_folder(order->folder, ca->folder))
        return err_set(err, ERR_INVALID, "%s is the folder of the CA that signs", ca->folder);

    int rc = place_ca(ca->folder, out, err);

    return rc < 0 ? rc : make_one(issuer, order, &wanted, out, err);
}

int pki_folder_open(const char *folder, struct issuer **out, struct err *err)
{
    char certificate[PATH_MAX];
    char key[PATH_MAX];
    int rc = place(certificate, folder, "ca.crt", err);

    if (rc < 0)
        return rc;
    rc = place(key, folder, "ca.key", err);
    if (rc < 0)
        return rc;
    rc = own_folder_check(folder, err);
    if (rc == 0)
        rc = issuer_load(certificate, key, out, err);
    if (rc == ERR_NOT_FOUND)
        return err_set(
            err, rc, "no CA in %s; make one with `secureesp pki init %s`", folder, folder);
    return rc;
}

// A name that is safe as a file's: it neither leaves its folder nor hides, nor reads as an option.
static int check_name(const char *name, struct err *err)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
    size_t n = strlen(name);

    if (n == 0 || n > NAME_MAX_BYTES || strspn(name, allowed) != n || name[0] == '.' ||
        name[0] == '-')
        return err_set(err, ERR_INVALID,
            "\"%s\" is not a usable name: give 1 to %d letters, digits, '.', '_', ':' or '-'", name,
            NAME_MAX_BYTES);
    return 0;
}

static bool is_address(const char *name)
{
    uint8_t address[16];

    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

// A name is one certificate's alone: who bears it is known by nothing else.
static int check_other(
    const struct pki_folder_order *order, const char *subfolder, const char *name, struct err *err)
{
    char path[PATH_MAX];
    char file[NAME_MAX_BYTES + 16];

    snprintf(file, sizeof file, "%s/%s.crt", subfolder, name);

    int rc = place(path, order->folder, file, err);

    if (rc == 0 && credential_file_is_free(path, err) < 0)
        rc = err_set(err, ERR_INVALID, "the name is taken by %s; choose another", path);
    return rc;
}

int pki_folder_place_server(const struct pki_folder_order *order, struct issuer_order *wanted,
    struct pki_folder_pair *out, struct err *err)
{
    const char *file[2] = {wanted->common_name, ".crt"};
    char mac[MAC_SIZE];
    int rc = check_name(wanted->common_name, err);

    if (rc < 0)
        return rc;
    if (mac_parse(wanted->common_name, mac)) // in any form: the peers read any
        return err_set(err, ERR_INVALID,
            "%s is the name of a device: its certificate is made with 'pki device'",
            wanted->common_name);
    rc = check_other(order, "clients", wanted->common_name, err);
    if (rc < 0)
        return rc;
    if (wanted->names.dns_count + wanted->names.ip_count == 0 && is_address(wanted->common_name)) {
        wanted->names.ip = &wanted->common_name;
        wanted->names.ip_count = 1;
    } else if (wanted->names.dns_count + wanted->names.ip_count == 0) {
        wanted->names.dns = &wanted->common_name;
        wanted->names.dns_count = 1;
    }
    wanted->profile = PROFILE_SERVER;
    wanted->days = order->days;
    wanted->now_ms = order->now_ms;
    return place_pair(order, "servers", file, out, err);
}

int pki_folder_add_server(const struct issuer *issuer, const struct pki_folder_order *order,
    const struct issuer_order *certificate, struct pki_folder_pair *out, struct err *err)
{
    struct issuer_order wanted = *certificate;
    int rc = pki_folder_place_server(order, &wanted, out, err);

    return rc < 0 ? rc : make_one(issuer, order, &wanted, out, err);
}

int pki_folder_add_client(const struct issuer *issuer, const struct pki_folder_order *order,
    const struct issuer_order *certificate, struct pki_folder_pair *out, struct err *err)
{
    struct issuer_order wanted = {
        .profile = PROFILE_CLIENT,
        .common_name = certificate->common_name,
        .unit = certificate->unit,
        .days = order->days,
        .now_ms = order->now_ms,
    };
    const char *file[2] = {wanted.common_name, ".crt"};
    int rc = check_name(wanted.common_name, err);

    if (rc == 0)
        rc = client_name_check(wanted.common_name, err);
    if (rc == 0)
        rc = client_name_check_role(wanted.unit, err);
    if (rc == 0)
        rc = check_other(order, "servers", wanted.common_name, err);
    if (rc == 0)
        rc = place_pair(order, "clients", file, out, err);
    return rc < 0 ? rc : make_one(issuer, order, &wanted, out, err);
}

int pki_folder_check_device(const struct pki_folder_order *order, const char *mac, struct err *err)
{
    const char *file[2] = {mac, ".crt"};
    struct pki_folder_pair pair;
    int rc = place_pair(order, "devices", file, &pair, err);

    return rc < 0 ? rc : pki_pairs_check_free(order, &pair, err);
}

// Decides names and places of devices' certificates.
static int place_devices(const struct pki_folder_order *order, struct pki_folder_devices *devices,
    struct issuer_order *wanted, struct err *err)
{
    for (size_t i = 0; i < devices->count; i++) {
        const char *mac = devices->macs[i];
        const char *file[2] = {mac, ".crt"};

        devices->at = i;
        wanted[i] = (struct issuer_order){
            .profile = PROFILE_DEVICE,
            .common_name = mac,
            .days = order->days,
            .now_ms = order->now_ms,
        };
        if (!mac_is_valid(mac, strlen(mac)))
            return err_set(err, ERR_INVALID, "\"%s\" is not a MAC", mac);

        int rc = place_pair(order, "devices", file, &devices->pairs[i], err);

        if (rc < 0)
            return rc;
    }
    return 0;
}

int pki_folder_add_devices(const struct issuer *issuer, const struct pki_folder_order *order,
    struct pki_folder_devices *devices, struct err *err)
{
    struct issuer_order wanted[PKI_FOLDER_DEVICES_MAX];
    struct pki_pairs pairs = {
        .issuer = issuer,
        .order = order,
        .wanted = wanted,
        .pairs = devices->pairs,
        .count = devices->count,
    };
    int rc =
        devices->count <= PKI_FOLDER_DEVICES_MAX
            ? place_devices(order, devices, wanted, err)
            : err_set(err, ERR_TOO_LARGE, "more than %d devices at once", PKI_FOLDER_DEVICES_MAX);

    devices->made = 0;
    if (rc < 0)
        return rc;
    rc = pki_pairs_make(&pairs, err);
    devices->at = pairs.at;
    devices->made = pairs.made;
    return rc;
}

int pki_folder_add_device(const struct issuer *issuer, const struct pki_folder_order *order,
    const char *mac, struct pki_folder_pair *out, struct err *err)
{
    char name[1][MAC_SIZE];
    struct pki_folder_devices devices = {
        .macs = (const char(*)[MAC_SIZE])name, .count = 1, .pairs = out};

    if (!mac_is_valid(mac, strlen(mac)))
        return err_set(err, ERR_INVALID, "\"%s\" is not a MAC", mac);
    memcpy(name[0], mac, MAC_SIZE);
    return pki_folder_add_devices(issuer, order, &devices, err);
}

static int write_public(const struct pki_folder_order *order, const struct private_key *key,
    const char *path, struct err *err)
{
    struct public_key public_half;
    char *pem;
    int rc = private_key_public(key, &public_half, err);

    if (rc < 0)
        return rc;
    if (public_key_to_pem(&public_half, &pem) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for %s", path);
    rc = credential_file_write(path, pem, CREDENTIAL_FILE_PUBLIC, order->force, err);
    free(pem);
    return rc;
}

int pki_folder_add_signing(const struct pki_folder_order *order, const char *name,
    struct pki_folder_pair *out, struct err *err)
{
    const char *file[2] = {name, ".pub"};
    struct private_key *key = NULL;
    int rc = check_name(name, err);

    if (rc < 0)
        return rc;
    rc = place_pair(order, "signing", file, out, err);
    if (rc < 0)
        return rc;
    rc = pki_pairs_check_free(order, out, err);
    if (rc < 0)
        return rc;
    if (order->force)
        file_sweep_folder_of(out->key_path);
    rc = private_key_generate(order->kind, &key, err);
    if (rc < 0)
        return rc;
    rc = pki_pairs_write_key(order, key, out->key_path, err);
    if (rc == 0)
        rc = write_public(order, key, out->public_path, err);
    private_key_free(key);
    return rc;
}
