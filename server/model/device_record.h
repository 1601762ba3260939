#ifndef MODEL_DEVICE_RECORD_H
#define MODEL_DEVICE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image_name.h"
#include "common/mac.h"

#define DEVICE_TEXT_SIZE 128    // name, build, address
#define DEVICE_SPELLING_SIZE 18 // a MAC with separators
#define DEVICE_RSSI_MIN_DBM (-200)
#define DEVICE_RSSI_MAX_DBM 100
#define DEVICE_COUNTER_MAX ((int64_t)1 << 53) // whole numbers beyond are not exact in JSON
#define DEVICE_CONFIG_HASH_SIZE 17            // 16 hex digits of a config.json's SHA-256
#define DEVICE_ERROR_SIZE 256                 // errormessage; a longer one is cut at a character

// Why a device counts as online or offline.
enum device_reason {
    DEVICE_REASON_NEVER,       // known (a command, an event), but has sent no status yet
    DEVICE_REASON_STATUS,      // online: it reported in time
    DEVICE_REASON_WILL,        // offline: the broker published its will
    DEVICE_REASON_SILENT,      // offline: no report for too long
    DEVICE_REASON_EVENT,       // online: it told an event, but no status since
    DEVICE_REASON_REVOKED,     // offline: it was revoked
    DEVICE_REASON_CERTIFICATE, // offline: the certificate with which it was connected was revoked
};

// The members of a status. A member that the device did not send, or not with the right type and
// range, has its bit in `has` clear (numbers) or is "" (texts).
enum device_status_member {
    DEVICE_HAS_UPTIME = 1,
    DEVICE_HAS_MAX_LOOP = 2,
    DEVICE_HAS_MQTT = 4,
    DEVICE_HAS_RSSI = 8,
    DEVICE_HAS_FREE_HEAP = 16,
};

struct device_status {
    unsigned has;      // enum device_status_member
    int64_t uptime_ms; // up to DEVICE_COUNTER_MAX; of most devices it wraps after 49.7 days, as
                       // do the next two
    int64_t max_loop_ms;
    int64_t mqtt_ms;
    int32_t rssi_dbm;
    uint32_t free_heap_bytes;
    char name[DEVICE_TEXT_SIZE];
    char image[IMAGE_NAME_SIZE]; // as sent; need not be a valid name
    char build[DEVICE_TEXT_SIZE];
    char ip[DEVICE_TEXT_SIZE];
    char config_hash[DEVICE_CONFIG_HASH_SIZE]; // of the config.json that it runs, as sent
    char error[DEVICE_ERROR_SIZE];
    bool is_new_error; // of a status that comes: there is one, and it was another or none before
};

// What the store knows of one device.
struct device_record {
    char mac[MAC_SIZE];
    bool online;
    enum device_reason reason;
    int64_t first_seen_ms;
    int64_t last_seen_ms; // of the last status or event; 0 if none
    struct device_status status;
    bool speaks_events;                  // our firmware: it has sent an event
    int64_t reboots;                     // that we saw
    int64_t bad_payloads;                // that could not be read in full
    int64_t bad_payload_at_ms;           // the last of them; 0 if none
    char spelling[DEVICE_SPELLING_SIZE]; // of its MAC in its topics; "" if as in mac
    int64_t limited_at_ms;               // when it last said too much; 0: never. Not written
    int64_t boot_ms;                     // when it started, by its uptime; 0 if unknown
    int64_t previous_boot_ms; // the start before that, to tell two devices with one certificate
    int64_t shared_identity_at_ms; // last sign of two devices with one certificate; 0 if none
    int64_t revoked_at_ms;         // 0: it is not. Read with the device, never written with it.
};

const char *device_record_reason_name(enum device_reason
        reason); // "status", "will", "silent", "never", "event", "revoked", "certificate"

// How an uptime relates to the last one of the same device.
enum device_boot {
    DEVICE_BOOT_SAME,   // goes on, also over a wrap of the counter
    DEVICE_BOOT_NEW,    // it restarted
    DEVICE_BOOT_SHARED, // it is back at the start before the last: two devices share a certificate
};

// Decides that from the device as stored (boot_ms, previous_boot_ms) and an uptime received at
// now_ms, and writes when that boot began to *boot_ms. The counter is taken modulo 2^32; the
// device's and our clock may differ by a minute or 1 % of the uptime since boot.
enum device_boot device_record_judge_boot(
    const struct device_record *device, int64_t uptime_ms, int64_t now_ms, int64_t *boot_ms);

#endif
