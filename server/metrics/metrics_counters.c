// The daemon's counters as metrics.
#include "server/metrics/metrics_counters.h"

#include <string.h>

enum family {
    MESSAGES,
    UNREAD,
    LEFT_OUT,
    REPORTS,
    DROPPED_MESSAGES,
    DROPPED_BYTES,
    CONNECTIONS,
    OPEN,
    WAITING,
    REQUESTS,
    BAD_REQUESTS,
    FULL,
    REFUSED_HANDSHAKES,
    REFUSED_CERTIFICATES,
    FAILED_HANDSHAKES,
    RESUMED,
    REFUSED_CONNECTIONS,
    ENDED_CONNECTIONS,
    DOWNLOADS,
    IN_DOUBT,
    WITHOUT_FILE,
    ENROLMENT_CONNECTIONS,
    ENROLMENT_REQUESTS,
    ENROLMENT_REFUSED,
    ENROLMENT_ANSWERS,
    BROKER_CONNECTIONS,
    BROKER_FAILURES,
    BROKER_FAULTS,
    COMMANDS,
    WEBHOOKS,
    JOBS,
    BATCHES,
    JOB_FAILURES,
    QUEUED,
    RELOADS,
    CLOCK_STEPS,
    API_FULL,
    OPERATOR_CONNECTIONS,
    OPERATOR_OPEN,
    OPERATOR_REQUESTS,
    OPERATOR_REFUSED,
    LOG_INS,
    HOMEASSISTANT,
    FAMILIES
};

static const struct metrics_family families[FAMILIES] = {
    [MESSAGES] = {"secureesp_messages_total", METRICS_COUNTER, "Messages of devices, by kind."},
    [UNREAD] = {"secureesp_unread_messages_total", METRICS_COUNTER,
        "Messages that could not be read, wholly or in part, or were not to be, by reason."},
    [LEFT_OUT] = {"secureesp_left_out_total", METRICS_COUNTER,
        "What devices said and what was not kept, as it was too much, by reason."},
    [REPORTS] = {"secureesp_broker_reports_total", METRICS_COUNTER,
        "Reports of the broker on clients that it bounds."},
    [DROPPED_MESSAGES] = {"secureesp_broker_dropped_messages_total", METRICS_COUNTER,
        "Messages that the broker dropped, as it bounds their sender."},
    [DROPPED_BYTES] = {"secureesp_broker_dropped_bytes_total", METRICS_COUNTER,
        "Bytes of the messages that the broker dropped."},
    [CONNECTIONS] = {"secureesp_download_connections_total", METRICS_COUNTER,
        "Connections that the download server accepted."},
    [OPEN] = {"secureesp_download_open_connections", METRICS_GAUGE,
        "Connections of the download server that are open."},
    [WAITING] = {"secureesp_download_waiting_connections", METRICS_GAUGE,
        "Open connections that have asked for nothing so far."},
    [REQUESTS] = {"secureesp_download_requests_total", METRICS_COUNTER,
        "Requests to the download server."},
    [BAD_REQUESTS] = {"secureesp_download_bad_requests_total", METRICS_COUNTER,
        "Requests to the download server that break the rules or limits of HTTP."},
    [FULL] = {"secureesp_download_full_total", METRICS_COUNTER,
        "How often a client of the download server found no place."},
    [REFUSED_HANDSHAKES] = {"secureesp_download_refused_handshakes_total", METRICS_COUNTER,
        "Handshakes with the download server in which the client was refused, for any reason."},
    [REFUSED_CERTIFICATES] = {"secureesp_download_refused_certificates_total", METRICS_COUNTER,
        "Of the refused handshakes, those by what was wrong with the certificate."},
    [FAILED_HANDSHAKES] = {"secureesp_download_failed_handshakes_total", METRICS_COUNTER,
        "Handshakes that failed without a refusal by the download server, by reason."},
    [RESUMED] = {"secureesp_download_resumed_sessions_total", METRICS_COUNTER,
        "Connections to the download server that resumed a TLS session."},
    [REFUSED_CONNECTIONS] = {"secureesp_download_refused_connections_total", METRICS_COUNTER,
        "Connections that were turned away, by the bound that was reached."},
    [ENDED_CONNECTIONS] = {"secureesp_download_ended_connections_total", METRICS_COUNTER,
        "Connections that the download server ended, by reason; timed-out includes slow."},
    [DOWNLOADS] = {"secureesp_downloads_total", METRICS_COUNTER,
        "Files that were sent, by what became of them."},
    [IN_DOUBT] = {"secureesp_downloads_in_doubt", METRICS_GAUGE,
        "Files that were sent, and of which it is not yet known whether they arrived."},
    [WITHOUT_FILE] = {"secureesp_download_failures_total", METRICS_COUNTER,
        "Requests that left a device without its file, by reason."},
    [ENROLMENT_CONNECTIONS] = {"secureesp_enrolment_connections_total", METRICS_COUNTER,
        "Connections that the enrolment server accepted."},
    [ENROLMENT_REQUESTS] = {"secureesp_enrolment_requests_total", METRICS_COUNTER,
        "Requests to the enrolment server."},
    [ENROLMENT_REFUSED] = {"secureesp_enrolment_refused_handshakes_total", METRICS_COUNTER,
        "Handshakes with the enrolment server in which the client was refused."},
    [ENROLMENT_ANSWERS] = {"secureesp_enrolment_answers_total", METRICS_COUNTER,
        "What was answered to those who asked for a certificate, by result."},
    [BROKER_CONNECTIONS] = {"secureesp_broker_connections_total", METRICS_COUNTER,
        "How often the daemon connected to the broker."},
    [BROKER_FAILURES] = {"secureesp_broker_failures_total", METRICS_COUNTER,
        "How often the daemon failed to connect to the broker, or lost it."},
    [BROKER_FAULTS] = {"secureesp_broker_faults_total", METRICS_COUNTER,
        "How often something was wrong at the broker although it is connected, by reason."},
    [COMMANDS] = {"secureesp_command_failures_total", METRICS_COUNTER,
        "Commands that came to nothing here, and rounds of their dispatch that failed, by reason."},
    [WEBHOOKS] = {"secureesp_webhook_messages_total", METRICS_COUNTER,
        "Messages for webhooks, by what became of them; a failed one is tried again."},
    [JOBS] = {"secureesp_database_jobs_total", METRICS_COUNTER, "Changes written to the database."},
    [BATCHES] = {"secureesp_database_transactions_total", METRICS_COUNTER,
        "Transactions of the database."},
    [JOB_FAILURES] = {"secureesp_database_failures_total", METRICS_COUNTER,
        "Changes that were not written, and transactions that are tried again, by reason."},
    [QUEUED] = {"secureesp_database_queued_jobs", METRICS_GAUGE,
        "Changes that wait to be written."},
    [RELOADS] = {"secureesp_reloads_refused_total", METRICS_COUNTER,
        "Configurations that could not be used when they were read again."},
    [CLOCK_STEPS] = {"secureesp_clock_steps_total", METRICS_COUNTER,
        "How often the clock of this machine was set."},
    [API_FULL] = {"secureesp_api_full_total", METRICS_COUNTER,
        "How often all connections of the operators' socket were taken."},
    [OPERATOR_CONNECTIONS] = {"secureesp_operator_connections_total", METRICS_COUNTER,
        "Connections that the operators' HTTPS server accepted."},
    [OPERATOR_OPEN] = {"secureesp_operator_open_connections", METRICS_GAUGE,
        "Connections of the operators' HTTPS server that are open."},
    [OPERATOR_REQUESTS] = {"secureesp_operator_requests_total", METRICS_COUNTER,
        "Requests to the operators' HTTPS server."},
    [OPERATOR_REFUSED] = {"secureesp_operator_refusals_total", METRICS_COUNTER,
        "What the operators' HTTPS server turned away, by reason."},
    [LOG_INS] = {"secureesp_operator_logins_total", METRICS_COUNTER,
        "Log-ins of operators, by result."},
    [HOMEASSISTANT] = {"secureesp_homeassistant_messages_total", METRICS_COUNTER,
        "Messages to Home Assistant, and from it, by kind."},
};

static const struct metrics_family others = {"secureesp_other_total", METRICS_COUNTER,
    "What the daemon counts beside, by the name that 'secureesp status' has."};

static const char *const label_names[FAMILIES] = {
    [MESSAGES] = "kind",
    [HOMEASSISTANT] = "kind",
    [LOG_INS] = "result",
    [DOWNLOADS] = "result",
    [ENROLMENT_ANSWERS] = "result",
    [WEBHOOKS] = "result",
};

// In the order of the families. label: NULL if it is alone in its family.
static const struct {
    const char *name;
    enum family family;
    const char *label;
} rows[] = {
    {"statuses", MESSAGES, "status"},
    {"events", MESSAGES, "event"},
    {"wills", MESSAGES, "will"},
    {"retained", MESSAGES, "retained"},
    {"odd_topics", UNREAD, "odd-topic"},
    {"bad_topics", UNREAD, "bad-topic"},
    {"bad_payloads", UNREAD, "bad-payload"},
    {"lost_payloads", UNREAD, "lost-payload"},
    {"revoked_messages", UNREAD, "revoked"},
    {"left_out_messages", LEFT_OUT, "messages"},
    {"left_out_waiting", LEFT_OUT, "waiting"},
    {"left_out_statuses", LEFT_OUT, "statuses"},
    {"left_out_events", LEFT_OUT, "events"},
    {"left_out_faults", LEFT_OUT, "faults"},
    {"left_out_low_disk", LEFT_OUT, "low-disk"},
    {"left_out_new_devices", LEFT_OUT, "new-devices"},
    {"broker_reports", REPORTS, NULL},
    {"broker_dropped_messages", DROPPED_MESSAGES, NULL},
    {"broker_dropped_bytes", DROPPED_BYTES, NULL},
    {"download_connections", CONNECTIONS, NULL},
    {"download_open", OPEN, NULL},
    {"download_waiting", WAITING, NULL},
    {"download_requests", REQUESTS, NULL},
    {"download_bad_requests", BAD_REQUESTS, NULL},
    {"download_full", FULL, NULL},
    {"download_refused", REFUSED_HANDSHAKES, NULL},
    {"download_refused_no_certificate", REFUSED_CERTIFICATES, "none"},
    {"download_refused_expired", REFUSED_CERTIFICATES, "expired"},
    {"download_refused_other_ca", REFUSED_CERTIFICATES, "other-ca"},
    {"download_refused_revoked", REFUSED_CERTIFICATES, "revoked"},
    {"download_refused_by_client", FAILED_HANDSHAKES, "refused-by-client"},
    {"download_bad_handshakes", FAILED_HANDSHAKES, "bad"},
    {"download_broken_handshakes", FAILED_HANDSHAKES, "broken"},
    {"download_resumed", RESUMED, NULL},
    {"download_refused_connections", REFUSED_CONNECTIONS, "address"},
    {"download_refused_crowded", REFUSED_CONNECTIONS, "certificate"},
    {"download_timed_out", ENDED_CONNECTIONS, "timed-out"},
    {"download_slow", ENDED_CONNECTIONS, "slow"},
    {"download_replaced", ENDED_CONNECTIONS, "replaced"},
    {"download_made_room", ENDED_CONNECTIONS, "made-room"},
    {"download_received", DOWNLOADS, "received"},
    {"download_unreceived", DOWNLOADS, "broken-off"},
    {"download_given_up", DOWNLOADS, "given-up"},
    {"download_in_doubt", IN_DOUBT, NULL},
    {"download_bad_files", WITHOUT_FILE, "bad-file"},
    {"download_missing_files", WITHOUT_FILE, "missing-file"},
    {"download_bad_images", WITHOUT_FILE, "bad-image"},
    {"download_denied", WITHOUT_FILE, "denied"},
    {"download_revoked", WITHOUT_FILE, "revoked"},
    {"download_refused_keys", WITHOUT_FILE, "refused-key"},
    {"enrol_connections", ENROLMENT_CONNECTIONS, NULL},
    {"enrol_requests", ENROLMENT_REQUESTS, NULL},
    {"enrol_refused_handshakes", ENROLMENT_REFUSED, NULL},
    {"enrol_issued", ENROLMENT_ANSWERS, "issued"},
    {"enrol_renewed", ENROLMENT_ANSWERS, "renewed"},
    {"enrol_repeated", ENROLMENT_ANSWERS, "repeated"},
    {"enrol_waiting", ENROLMENT_ANSWERS, "waiting"},
    {"enrol_refused", ENROLMENT_ANSWERS, "refused"},
    {"enrol_alarms", ENROLMENT_ANSWERS, "alarm"},
    {"enrol_strangers", ENROLMENT_ANSWERS, "stranger"},
    {"enrol_revoked_claims", ENROLMENT_ANSWERS, "revoked-claim"},
    {"enrol_bad_requests", ENROLMENT_ANSWERS, "bad-request"},
    {"enrol_limited", ENROLMENT_ANSWERS, "limited"},
    {"enrol_not_signed", ENROLMENT_ANSWERS, "not-signed"},
    {"enrol_failed", ENROLMENT_ANSWERS, "failed"},
    {"broker_connections", BROKER_CONNECTIONS, NULL},
    {"broker_failures", BROKER_FAILURES, NULL},
    {"broker_denied", BROKER_FAULTS, "denied"},
    {"broker_taken_over", BROKER_FAULTS, "taken-over"},
    {"commands_held", COMMANDS, "held"},
    {"commands_expired", COMMANDS, "expired"},
    {"commands_not_published", COMMANDS, "not-published"},
    {"commands_broken", COMMANDS, "broken"},
    {"commands_rounds_failed", COMMANDS, "rounds-failed"},
    {"webhooks_sent", WEBHOOKS, "sent"},
    {"webhooks_failed", WEBHOOKS, "failed"},
    {"webhooks_given_up", WEBHOOKS, "given-up"},
    {"webhooks_dropped", WEBHOOKS, "dropped"},
    {"store_jobs", JOBS, NULL},
    {"store_batches", BATCHES, NULL},
    {"store_failed", JOB_FAILURES, "failed"},
    {"store_retried", JOB_FAILURES, "retried"},
    {"store_dropped", JOB_FAILURES, "dropped"},
    {"store_crowded", JOB_FAILURES, "crowded"},
    {"store_queued", QUEUED, NULL},
    {"reloads_refused", RELOADS, NULL},
    {"clock_steps", CLOCK_STEPS, NULL},
    {"api_full", API_FULL, NULL},
    {"operator_connections", OPERATOR_CONNECTIONS, NULL},
    {"operator_open", OPERATOR_OPEN, NULL},
    {"operator_requests", OPERATOR_REQUESTS, NULL},
    {"operator_refused_connections", OPERATOR_REFUSED, "address"},
    {"operator_full", OPERATOR_REFUSED, "full"},
    {"operator_bad_requests", OPERATOR_REFUSED, "bad-request"},
    {"operator_refused", OPERATOR_REFUSED, "certificate"},
    {"operator_bad_handshakes", OPERATOR_REFUSED, "bad-handshake"},
    {"operator_not_allowed", OPERATOR_REFUSED, "not-allowed"},
    {"operator_log_ins", LOG_INS, "ok"},
    {"operator_log_ins_failed", LOG_INS, "failed"},
    {"operator_log_ins_slowed", LOG_INS, "slowed"},
    {"operator_log_ins_crowded", LOG_INS, "crowded"},
    {"homeassistant_published", HOMEASSISTANT, "published"},
    {"homeassistant_orders", HOMEASSISTANT, "order"},
    {"homeassistant_refused", HOMEASSISTANT, "refused"},
};

#define ROWS (sizeof rows / sizeof rows[0])
_Static_assert(ROWS <= METRICS_COUNTERS_MAX, "there is room for each");

void metrics_counters_add(const char *name, uint64_t value, void *ctx)
{
    struct metrics_counters *counters = ctx;
    size_t i = 0;

    while (i < ROWS && strcmp(rows[i].name, name) != 0)
        i++;
    if (i < ROWS) {
        counters->values[i] = value;
        counters->has[i] = true;
    } else if (counters->unknown_count < METRICS_COUNTERS_UNKNOWN_MAX) {
        counters->unknown[counters->unknown_count].name = name;
        counters->unknown[counters->unknown_count++].value = value;
    }
}

static void write_row(const struct metrics_counters *counters, size_t i, struct metrics_text *text)
{
    enum family family = rows[i].family;
    const char *name = label_names[family] != NULL ? label_names[family] : "reason";
    struct metrics_label labels[] = {{name, rows[i].label}, {0}};

    if (text->family != &families[family])
        metrics_text_begin(text, &families[family]);
    metrics_text_add(text, rows[i].label != NULL ? labels : NULL, (int64_t)counters->values[i]);
}

void metrics_counters_write(const struct metrics_counters *counters, struct metrics_text *text)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (counters->has[i])
            write_row(counters, i, text);
    }
    if (counters->unknown_count > 0)
        metrics_text_begin(text, &others);
    for (size_t i = 0; i < counters->unknown_count; i++) {
        struct metrics_label labels[] = {{"name", counters->unknown[i].name}, {0}};

        metrics_text_add(text, labels, (int64_t)counters->unknown[i].value);
    }
}
