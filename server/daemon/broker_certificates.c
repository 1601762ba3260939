// From the broker's word on a certificate to the database.
#include "server/daemon/broker_certificates.h"

#include <stdio.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/ingest/certificate_report.h"

#define TELL_MS 600000

// A whole fleet at once, and a big one that grows.
static const struct rate bound = {100, 36000, 200000};

static void remember(
    const struct broker_certificates *certificates, const struct certificate_report *report)
{
    struct certificate_facts facts = {
        .is_server = report->is_server,
        .begins_ms = report->not_before_ms,
        .not_before_ms = report->not_before_ms,
        .not_after_ms = report->not_after_ms,
    };

    snprintf(facts.common_name, sizeof facts.common_name, "%s", report->common_name);
    snprintf(facts.unit, sizeof facts.unit, "%s", report->unit);
    snprintf(facts.serial, sizeof facts.serial, "%s", report->serial);
    snprintf(facts.fingerprint, sizeof facts.fingerprint, "%s", report->fingerprint);
    snprintf(facts.ca, sizeof facts.ca, "%s", report->ca);
    revocation_met(&facts, NULL, certificates->revocation);
    rotation_watch_note_device(certificates->rotation, &facts, NULL);
}

void broker_certificates_take(
    struct broker_certificates *certificates, const uint8_t *payload, size_t n)
{
    struct certificate_report report;
    struct err err = {0};

    if (!rate_take(&certificates->use, &bound, 1, clock_monotonic_ms())) {
        if (pace_is_due(&certificates->pace, TELL_MS))
            log_warning("mqtt", "the broker reports more certificates than any fleet has: for now "
                                "only one every 0.36 s is remembered; is it our broker?");
    } else if (certificate_report_decode(payload, n, &report, &err) < 0) {
        if (pace_is_due(&certificates->pace, TELL_MS))
            log_warning("mqtt",
                "the broker's report of a certificate cannot be read reason=\"%s\": is its plugin "
                "of our version?",
                err.message);
    } else if (!device_auth_has_ca(certificates->auth, report.ca)) {
        if (pace_is_due(&certificates->pace, TELL_MS))
            log_warning("mqtt",
                "the broker lets in a certificate of another CA than ours name=\"%s\" serial=%s: "
                "its plugin_opt_cafile and our ca should be the same file",
                report.common_name, report.serial);
    } else {
        remember(certificates, &report);
    }
}
