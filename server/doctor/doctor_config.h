#ifndef DOCTOR_CONFIG_H
#define DOCTOR_CONFIG_H

#include <stdint.h>

#include "server/base/err.h"

#define DOCTOR_CONFIG_PATH_SIZE 512
#define DOCTOR_CONFIG_HOST_SIZE 256

// What the checks need of the daemon's configuration (secureesp.conf(5)), defaults where it is
// silent. Whether it is good as a whole, `secureespd --check-config` tells.
struct doctor_config {
    char path[DOCTOR_CONFIG_PATH_SIZE]; // of the file
    char state_dir[DOCTOR_CONFIG_PATH_SIZE];
    char ca[DOCTOR_CONFIG_PATH_SIZE];
    char certificate[DOCTOR_CONFIG_PATH_SIZE];
    char key[DOCTOR_CONFIG_PATH_SIZE];
    char mqtt_host[DOCTOR_CONFIG_HOST_SIZE];
    char client_id[DOCTOR_CONFIG_HOST_SIZE];
    char mail_to[DOCTOR_CONFIG_HOST_SIZE]; // "": nobody
    char sendmail[DOCTOR_CONFIG_PATH_SIZE];
    int64_t port;
    int64_t max_connections;
    // What devices are told.
    char download_server[DOCTOR_CONFIG_HOST_SIZE];
    int64_t download_port;
    char mqtt_server[DOCTOR_CONFIG_HOST_SIZE];
    int64_t mqtt_port;
};

// Pure.
void doctor_config_read(const char *text, struct doctor_config *out);

// The same of a file. As file_read().
ERR_CHECKED int doctor_config_load(const char *path, struct doctor_config *out, struct err *err);

#endif
