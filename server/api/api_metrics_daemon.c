// The daemon itself as metrics.
#include "server/api/api_metrics_daemon.h"

#include "server/base/clock.h"
#include "server/metrics/metrics_counters.h"
#include "server/metrics/metrics_process.h"

static const struct metrics_family build = {
    "secureesp_build_info", METRICS_GAUGE, "Always 1; the version of the daemon."};
static const struct metrics_family broker_connected = {
    "secureesp_broker_connected", METRICS_GAUGE, "Whether the daemon is connected to the broker."};
static const struct metrics_family broker_fault = {"secureesp_broker_fault", METRICS_GAUGE,
    "Whether something is wrong at the broker although it is connected."};
static const struct metrics_family database_fault = {"secureesp_database_fault", METRICS_GAUGE,
    "Whether nothing can be written to the database now."};
static const struct metrics_family disk_low = {
    "secureesp_disk_low", METRICS_GAUGE, "Whether the disk has so little room that history stops."};
static const struct metrics_family disk_free = {
    "secureesp_disk_free_bytes", METRICS_GAUGE, "Free bytes of the disk of the database."};
static const struct metrics_family disk_kept = {
    "secureesp_disk_kept_free_bytes", METRICS_GAUGE, "Bytes that are to stay free on it."};
static const struct metrics_family ends = {"secureesp_certificate_not_after_timestamp_seconds",
    METRICS_GAUGE, "When certificates end: the CA's, the daemon's, the broker's."};
static const struct metrics_family first_end = {
    "secureesp_device_certificate_first_not_after_timestamp_seconds", METRICS_GAUGE,
    "When the first of the devices' certificates below devices_dir ends."};
static const struct metrics_family devices = {"secureesp_device_certificates", METRICS_GAUGE,
    "Devices that have a certificate below devices_dir."};
static const struct metrics_family devices_bad = {"secureesp_device_certificates_bad",
    METRICS_GAUGE, "Of these, those that their device would refuse."};
static const struct metrics_family devices_ending = {"secureesp_device_certificates_ending",
    METRICS_GAUGE, "Of these, those that end within 30 days, or have ended."};
static const struct metrics_family enrolment_on = {
    "secureesp_enrolment_enabled", METRICS_GAUGE, "Whether devices can enrol here."};

static void write_build(struct metrics_text *text)
{
    static const struct metrics_label labels[] = {{"version", SECUREESP_VERSION}, {0}};

    metrics_text_begin(text, &build);
    metrics_text_add(text, labels, 1);
}

static void write_state(const struct api *api, struct metrics_text *text)
{
    struct api_broker broker = {0};
    struct api_disk disk = {0};
    struct store_counters counters;

    api->read_broker(&broker, api->ctx);
    api->read_disk(&disk, api->ctx);
    store_read_counters(api->store, &counters);
    metrics_text_put(text, &broker_connected, broker.connected);
    metrics_text_put(text, &broker_fault, broker.fault[0] != '\0');
    metrics_text_put(text, &database_fault, counters.fault[0] != '\0');
    metrics_text_put(text, &disk_low, disk.low);
    metrics_text_put(text, &disk_free, (int64_t)disk.free_bytes);
    metrics_text_put(text, &disk_kept, (int64_t)disk.kept_bytes);
    metrics_text_put(text, &enrolment_on, api->enrolment.is_on);
}

// What is not known yet is left out: 0 would be an end long ago.
static void write_end(struct metrics_text *text, const char *certificate, int64_t end_ms)
{
    struct metrics_label labels[] = {{"certificate", certificate}, {0}};

    if (end_ms != 0)
        metrics_text_add_seconds(text, labels, end_ms);
}

static void write_certificates(const struct api *api, struct metrics_text *text)
{
    struct api_certificates known = {0};

    api->read_certificates(&known, api->ctx);
    metrics_text_begin(text, &ends);
    write_end(text, "ca", known.ca_ms);
    write_end(text, "server", known.server_ms);
    write_end(text, "broker", known.broker_ms);
    if (known.first_ms != 0) {
        metrics_text_begin(text, &first_end);
        metrics_text_add_seconds(text, NULL, known.first_ms);
    }
    metrics_text_put(text, &devices, known.devices);
    metrics_text_put(text, &devices_bad, known.devices_bad);
    metrics_text_put(text, &devices_ending, known.devices_ending);
}

void api_metrics_daemon_write(const struct api *api, struct metrics_text *text)
{
    struct metrics_counters counters = {.unknown_count = 0};

    write_build(text);
    write_state(api, text);
    write_certificates(api, text);
    api->each_counter(metrics_counters_add, &counters, api->ctx);
    metrics_counters_write(&counters, text);
    metrics_process_write(text, api->started_ms + clock_stepped_ms());
}
