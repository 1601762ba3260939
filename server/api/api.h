#ifndef API_H
#define API_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/api/api_busy.h"
#include "server/api/api_members.h"
#include "server/auth/device_auth.h"
#include "server/command/command_dispatch.h"
#include "server/http/http_route.h"
#include "server/metrics/metrics_tally.h"
#include "server/model/role.h"
#include "server/model/serial.h"
#include "server/operator/operator_desk.h"
#include "server/pki/key_vault.h"
#include "server/release/release.h"
#include "server/release/release_images.h"
#include "server/revocation/revocation.h"
#include "server/rollout/rollout_drive.h"
#include "server/rotation/rotation_watch.h"
#include "server/settings/settings_desk.h"
#include "server/settings/settings_watch.h"
#include "server/store/store.h"
#include "server/webhook/webhook_drive.h"
#include "server/wifi/wifi_recipient.h"

// The operator's JSON endpoints (README.md beside this file). Handlers for an HTTP server whose ctx
// is a struct api.

// The connection to the broker, as the daemon knows it.
struct api_broker {
    bool connected;
    const char *host;
    uint16_t port;
    int64_t since_ms; // of that state
    char error[512];  // why it is not connected, or ""
    char fault[512];  // what is wrong although it is, or ""
};

// When certificates end; 0: not known.
struct api_certificates {
    int64_t ca_ms;
    int64_t server_ms;               // the daemon's own
    char server_serial[SERIAL_SIZE]; // of it, or ""
    int64_t broker_ms;               // as it was shown last
    int64_t devices;                 // that have one below devices_dir
    int64_t devices_bad;
    int64_t devices_ending;   // within 30 days, or ended
    char first_mac[MAC_SIZE]; // of the one that ends first, or ""
    int64_t first_ms;
};

// The disk, as the daemon knows it.
struct api_disk {
    bool low; // history stops
    uint64_t free_bytes;
    uint64_t kept_bytes; // are to stay free
};

// Whether and how devices get certificates here.
struct api_enrolment {
    bool is_on;
    const char *policy;   // as the configuration has it
    int64_t window_max_s; // so long everybody may get one, at most
};

// All borrowed while the server runs.
struct api {
    struct store *store;
    struct device_auth *auth;
    struct release *release;
    struct command_dispatch *dispatch;
    struct release_images *images;
    struct revocation *revocation;
    struct wifi_recipient_sources recipients;
    struct rotation_watch *rotation;
    const struct settings_desk *settings;
    struct settings_watch *settings_watch;
    struct rollout_drive *rollouts; // or NULL
    struct webhook_drive *webhooks;
    struct api_busy *busy;
    struct metrics_tally *tally;
    struct operator_desk *operators;
    struct api_enrolment enrolment;
    const char *devices_dir;       // <mac>.crt
    const struct key_vault *vault; // for keys that wait for their devices
    int64_t started_ms;            // clock_unstepped_ms()
    // Fill in the daemon's state; any server thread.
    void (*read_broker)(struct api_broker *out, void *ctx);
    void (*read_certificates)(struct api_certificates *out, void *ctx);
    void (*read_disk)(struct api_disk *out, void *ctx);
    // Whether a device gets the config.json of the one whose place it has; any server thread.
    bool (*borrows_config)(const char *mac, const char *place, void *ctx);
    void (*each_counter)(
        void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx, void *ctx);
    void *ctx;
};

// The routes; the last has no pattern.
const struct http_route *api_routes(void);

// Judges a request before its body comes; see struct http_server_settings. ctx: the struct api.
#define API_SMALL_BODY ((size_t)4096) // of one that has none to speak of
bool api_admit(const struct http_request *request, struct http_response *response,
    size_t *max_body_bytes, void *ctx);

// What the i-th route takes, beside what its path captures. False: there are fewer.
struct api_endpoint {
    const struct http_route *route;
    bool has_body;
    const struct api_member *parameters; // of its query; NULL: none
    enum role role;                      // who may ask has at least this one
};
bool api_describe_endpoint(size_t i, struct api_endpoint *out);

// Words what the server refuses before a route is found; see struct http_server_settings.
void api_refuse(struct http_response *response, unsigned status, const char *reason);

#endif
