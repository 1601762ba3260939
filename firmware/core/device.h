#ifndef FIRMWARE_CORE_DEVICE_H
#define FIRMWARE_CORE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "firmware/core/device_command.h"
#include "firmware/core/events.h"
#include "firmware/core/failure.h"
#include "firmware/core/fetch.h"
#include "firmware/core/https.h"
#include "firmware/core/identity.h"
#include "firmware/core/mqtt.h"
#include "firmware/core/report.h"
#include "firmware/core/settings.h"
#include "firmware/core/slots.h"
#include "firmware/core/timer.h"
#include "firmware/core/tls.h"
#include "firmware/core/update.h"
#include "firmware/port/port.h"

#define DEVICE_QUEUE_MAX 4             // commands that may wait
#define DEVICE_TRIAL_TIMEOUT_MS 120000 // for a new image, or new files, to report
#define DEVICE_WATCHDOG_MS 6000        // a port resets the device if a step takes longer
#define DEVICE_APP_PERIOD_MS 10        // from a step to the next at most, if there is an app
#define DEVICE_STATUS_GAP_MS 1000      // between two statuses at least, if asked for
#define DEVICE_ERROR_SIZE 112
#define DEVICE_SCRATCH (STAGING_FILE_MAX + 1)

enum device_state {
    DEVICE_LINK,     // waits for the Wi-Fi link
    DEVICE_CLOCK,    // waits for the time: without it no certificate can be judged
    DEVICE_PAUSE,    // waits before the next attempt
    DEVICE_BROKER,   // connects to the broker, then is online
    DEVICE_LEAVE,    // has said DISCONNECT
    DEVICE_DOWNLOAD, // is at the download server
    DEVICE_RESTART,  // has asked the port to restart it
};

struct device;

// What a device does beside all that: its user's code. None of it may block.
struct device_app {
    void (*setup)(void *ctx); // once, at the end of a start that has succeeded
    void (*loop)(void *ctx);  // in each step, with or without a connection
    void (*status)(struct report_members *members, void *ctx); // adds members to a status
    void *ctx;
};

struct device_options {
    uint32_t trial_timeout_ms;
    const struct device_app *app; // NULL: none; must outlive the device
    // Whether the next start is to do something else first (firmware/enrol). NULL: never. Asked
    // with each status when there is nothing else to do, and before the device restarts for want of
    // the backend: it leaves the broker then, and restarts.
    bool (*wants_start)(const struct device *device);
    // Opens the Wi-Fi networks that the payload of the command under way brings sealed, judges and
    // stages them (firmware/enrol), by way of the scratch. 0, or why not, a result negated: nothing
    // is staged then. NULL: the device has no such command.
    int (*stage_networks)(
        struct device *device, const uint8_t *payload, size_t n, struct failure *failure);
};

// One device. What is small comes first: the chip reaches the first KB of it in one instruction.
struct device {
    struct port *port;
    struct device_options options;
    char mac[MAC_SIZE];
    enum device_state state;

    size_t queued;
    bool is_working; // current is under way

    bool is_on_trial;    // since the start: an image or files
    bool boot_sent;      // the boot event is on its way
    bool boot_confirmed; // and the broker has it
    bool status_sent;
    bool has_left_out; // a member of a status, which the log has said
    bool has_turned;   // to the other broker, since the device was online
    bool is_confirmed; // boot event and status have been reported since the start

    uint32_t started_at_ms;
    uint32_t online_at_ms;
    uint32_t max_step_ms;
    unsigned attempts; // to reach the broker, in vain, one after the other
    struct timer pause;
    struct timer status;
    struct timer trial;
    struct timer unreachable;

    struct device_command current; // the last one, once that is done: its id is not taken again
    struct slots slots;
    struct image_name running;
    struct settings settings;
    uint32_t identity_crc;         // of its files
    uint32_t config_hash[2];       // of config.json: the first bytes of its SHA-256
    struct failure failure;        // of the command under way
    char error[DEVICE_ERROR_SIZE]; // of the last unsuccessful command or connection

    struct fetch fetch;
    struct update update;
    struct identity identity;
    struct tls tls;
    struct https https;
    struct mqtt mqtt;
    struct device_command queue[DEVICE_QUEUE_MAX];
    struct events events;
    uint8_t scratch[DEVICE_SCRATCH];
};

// Starts a device on its port, as after power-on: decides which image and files are in use, reads
// them, and begins to connect. options NULL: the defaults. Fails if there is no image, or if
// configuration, certificates or key are missing or bad and there is nothing to go back to.
int device_init(struct device *device, struct port *port, const char *mac,
    const struct device_options *options, struct failure *failure);

// Does what can be done now and never blocks. Returns after how many ms it wants to be called again
// (TIMER_NEVER: not before) unless the stream becomes ready first. After the port's reboot it does
// nothing more: clear and initialise the device anew.
uint32_t device_step(struct device *device);

// Asks for a status before its time: in the next step, but no sooner than DEVICE_STATUS_GAP_MS
// after the last. Without a connection there is nothing to ask for: each one begins with a status.
void device_send_status(struct device *device);

// Frees what the libraries hold and wipes secrets. The stream is closed without a DISCONNECT.
void device_clear(struct device *device);

#endif
