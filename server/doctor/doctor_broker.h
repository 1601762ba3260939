#ifndef DOCTOR_BROKER_H
#define DOCTOR_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

struct doctor;

#define DOCTOR_BROKER_PATH_SIZE 512

// What the checks need of the broker's configuration (mosquitto.conf(5)).
struct doctor_broker {
    bool is_known; // false: it could not be read
    char path[DOCTOR_BROKER_PATH_SIZE];
    char ca[DOCTOR_BROKER_PATH_SIZE];
    char certificate[DOCTOR_BROKER_PATH_SIZE];
    char key[DOCTOR_BROKER_PATH_SIZE];
    char data[DOCTOR_BROKER_PATH_SIZE];     // persistence_location, or ""
    char pid_file[DOCTOR_BROKER_PATH_SIZE]; // or ""
    char include_dir[DOCTOR_BROKER_PATH_SIZE];
    char listeners[256]; // those that there are: "8883, 1883"
    size_t listener_count;
    int64_t max_connections; // -1: no limit
    bool loads_plugin;
    bool requires_certificate;
    bool allows_anonymous;
    bool is_per_listener;
};

// Adds what a file says to what others said before. Pure.
void doctor_broker_read(const char *text, struct doctor_broker *out);

// Reads a file, and those of the folder that it includes, as the broker does. As file_read().
ERR_CHECKED int doctor_broker_load(const char *path, struct doctor_broker *out, struct err *err);

// The check.
void doctor_broker_check(struct doctor *doctor);

#endif
