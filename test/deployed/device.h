#ifndef TEST_DEPLOYED_DEVICE_H
#define TEST_DEPLOYED_DEVICE_H

#include <bearssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "test/deployed/tls_link.h"

#define DEVICE_IMAGE_SIZE 64
#define DEVICE_PATH_SIZE 512
#define DEVICE_ERROR_SIZE 64

// A board with a deployed sketch. Its folder is its file system: ca.crt, <mac>.crt, <mac>.key, and
// public.key, which its running image embeds. What it downloads has ".next" behind its name.
struct device {
    const char *folder;
    const char *mac;
    uint16_t mqtt_port;
    uint16_t https_port;
    const char *download_path; // with its leading slash
    const char *will_topic;
    bool has_updater;  // uses Arduino's HTTPUpdate class
    bool is_forgetful; // keeps no session of the download server, as the oldest sketches
    unsigned status_interval_ms;
    char image[DEVICE_IMAGE_SIZE]; // what runs
    int64_t booted_at_ms;
    char error[DEVICE_ERROR_SIZE]; // of the last command, or ""

    // Kept from one connection to the next, in the arena.
    br_ssl_session_parameters *broker_session;
    br_ssl_session_parameters *download_session;
    struct tls_link_settings link;
};

int64_t device_now_ms(void); // monotonic

// Writes the path of a file in the device's folder.
void device_path(
    const struct device *device, const char *name, const char *suffix, char out[DEVICE_PATH_SIZE]);

// Starts anew: files that were downloaded are used from now on.
void device_reboot(struct device *device);

// Installs the downloaded image, which has been verified: finds in it its own name and the key that
// it embeds, and reboots. Without one it only sets an error. 0 or a failure, reported.
int device_flash(struct device *device);

#endif
