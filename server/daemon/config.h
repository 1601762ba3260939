#ifndef CONFIG_H
#define CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/base/err.h"
#include "server/base/log.h"
#include "server/download/download_config.h"
#include "server/enrol/enrol_decide.h"

// The daemon's configuration, secureesp.conf(5).
struct config {
    // [daemon]
    char *state_dir;
    char *socket;
    mode_t socket_mode;
    enum log_level log_level;
    int64_t offline_after_s;
    // [tls]
    char *ca;
    char *certificate;
    char *key;
    // [download]
    char *address;
    uint16_t port;
    int64_t public_port; // 0: as port
    char *other_server;  // or ""
    char *path;          // with its leading and without a trailing slash
    char *devices_dir;
    int64_t threads;
    int64_t max_connections;
    int64_t max_connections_per_address;
    int64_t max_connections_per_certificate;
    int64_t timeout_s;
    int64_t handshake_timeout_s;
    int64_t min_bytes_per_second;
    int64_t max_image_bytes;
    // [mqtt]
    char *mqtt_host;
    uint16_t mqtt_port;
    char *mqtt_client_id;
    // [commands]
    int64_t accept_timeout_s;
    int64_t sent_timeout_s;
    int64_t firmware_timeout_s; // 0, as the next four: as sent_timeout_s
    int64_t flash_timeout_s;
    int64_t reboot_timeout_s;
    int64_t file_timeout_s;
    int64_t wifi_timeout_s;
    int64_t resends;
    int64_t queued_timeout_s;
    // [retention]
    int64_t statuses_days;
    int64_t hours_days;
    int64_t events_days;
    int64_t statuses_per_minute; // of one device
    int64_t min_free_percent;
    int64_t min_free_bytes;
    // [enrolment]
    char *enrol_address;
    uint16_t enrol_port;     // 0: there is none
    char *enrol_certificate; // "": that of [tls]
    char *enrol_key;         // likewise
    char *enrol_claim_ca;    // "" without a port alone
    char *enrol_signer;
    enum enrol_policy enrol_policy;
    int64_t enrol_window_max_s;
    int64_t enrol_retry_after_s;
    int64_t enrol_grace_days;
    int64_t enrol_claim_per_minute;
    int64_t enrol_address_per_minute;
    // [operator]
    char *operator_address;
    uint16_t operator_port;     // 0: there is none
    char *operator_certificate; // "": that of [tls]
    char *operator_key;         // likewise
    int64_t operator_idle_s;
    int64_t operator_session_s;
    // [webhooks]
    char *webhook_allow; // networks, as webhook_allow.h
    char *webhook_ca;    // "": the system's
    int64_t webhook_timeout_s;
    int64_t webhook_retry_min_s;
    int64_t webhook_retry_max_s;
    int64_t webhook_give_up_s;
    int64_t webhook_queue_max;
    // [config.json], [config.json MAC]; NULL once it was given away
    struct download_config *device_config;
};

// Reads a file: what it does not set has its default. ERR_INVALID names file and line of the first
// mistake. Free with config_clear().
ERR_CHECKED int config_load(const char *path, struct config *out, struct err *err);
// The same from the n bytes of a text; name stands for the file in messages.
ERR_CHECKED int config_parse(
    const char *name, const char *text, size_t n, struct config *out, struct err *err);
void config_clear(struct config *config);

// The names, as "[download] port", of settings that differ and take effect only at a restart,
// separated by ", "; "" if there are none.
void config_compare(const struct config *a, const struct config *b, char *out, size_t size);

#endif
