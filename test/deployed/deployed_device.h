#ifndef TEST_DEPLOYED_DEPLOYED_DEVICE_H
#define TEST_DEPLOYED_DEPLOYED_DEVICE_H

#include <bearssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "firmware/port/host/fault.h"
#include "test/deployed/tls_link.h"

#define DEPLOYED_DEVICE_IMAGE_SIZE 64
#define DEPLOYED_DEVICE_PATH_SIZE 512
#define DEPLOYED_DEVICE_ERROR_SIZE 64

// A board with a deployed sketch. Its folder is its file system: ca.crt, <mac>.crt, <mac>.key, and
// public.key, which its running image embeds. What it downloads has ".next" behind its name.
struct deployed_device {
    const char *folder;
    const char *mac;
    uint16_t mqtt_port;
    uint16_t https_port;
    const char *download_path; // with its leading slash
    const char *will_topic;
    bool has_updater;  // uses Arduino's HTTPUpdate class
    bool is_forgetful; // keeps no session of the download server, as the oldest sketches
    unsigned status_interval_ms;
    char image[DEPLOYED_DEVICE_IMAGE_SIZE]; // what runs
    int64_t booted_at_ms;
    char error[DEPLOYED_DEVICE_ERROR_SIZE]; // of the last command, or ""

    struct fault_list faults;                // how it fails while it runs an image
    char before[DEPLOYED_DEVICE_IMAGE_SIZE]; // what ran before, or ""
    bool has_slept;                          // of its own accord, since this image runs
    uint32_t losses_seen;                    // fault_make_up()

    // Kept from one connection to the next, in the arena.
    br_ssl_session_parameters *broker_session;
    br_ssl_session_parameters *download_session;
    struct tls_link_settings link;
};

int64_t deployed_device_now_ms(void); // monotonic

// Writes the path of a file in the device's folder.
void deployed_device_path(const struct deployed_device *device, const char *name,
    const char *suffix, char out[DEPLOYED_DEVICE_PATH_SIZE]);

// Starts anew: files that were downloaded are used from now on.
void deployed_device_reboot(struct deployed_device *device);

// Installs the downloaded image, which has been verified: finds in it its own name and the key that
// it embeds, and reboots. Without one it only sets an error. 0 or a failure, reported.
int deployed_device_flash(struct deployed_device *device);

#endif
