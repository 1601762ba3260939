// The doors that devices come by.
#include "server/doctor/doctor_door.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/doctor/doctor_mqtt.h"
#include "server/doctor/doctor_visit.h"

#define STRANGER "secureesp-doctor" // nobody's client identifier
#define CHECK "round trip"
#define NOT_AUTHORIZED 5 // MQTT 3.1.1, 3.2.2.3

// A place to go to; false if there is none, which is said elsewhere.
static bool place(const struct doctor *doctor, bool is_broker, struct doctor_visit *out)
{
    const struct doctor_config *config = &doctor->config;
    int64_t port = is_broker ? config->mqtt_port : config->download_port;
    const char *host = is_broker ? config->mqtt_server : config->download_server;

    *out =
        (struct doctor_visit){.host = host, .port = (uint16_t)port, .name = host, .ca = config->ca};
    return host[0] != '\0' && port > 0 && port <= UINT16_MAX;
}

// Where the handshake itself does not come so far as it should. False if it does.
static bool say_failure(struct doctor *doctor, const char *what, const struct doctor_visit *visit,
    const struct doctor_visit_result *result)
{
    switch (result->end) {
    case DOCTOR_VISIT_NOBODY:
        doctor_say(doctor, DOCTOR_FAIL, CHECK, "start it; look for a firewall between",
            "%s cannot be reached: %s", what, result->text);
        return true;
    case DOCTOR_VISIT_NO_TLS:
        doctor_say(doctor, DOCTOR_FAIL, CHECK, "see who listens on that port: ss -tlnp",
            "%s at %s:%u does not speak TLS as devices do: %s", what, visit->host,
            (unsigned)visit->port, result->text);
        return true;
    case DOCTOR_VISIT_UNTRUSTED:
        doctor_say(doctor, DOCTOR_FAIL, CHECK,
            "sudo secureesp setup, and restart it if its files are good already",
            "%s at %s:%u shows a certificate that devices refuse: %s", what, visit->host,
            (unsigned)visit->port, result->text);
        return true;
    case DOCTOR_VISIT_REFUSED:
    case DOCTOR_VISIT_DONE: break;
    }
    return false;
}

// False if that could not be tried.
static bool go(
    struct doctor *doctor, const struct doctor_visit *visit, struct doctor_visit_result *result)
{
    struct err err = {0};

    if (doctor_visit_run(visit, result, &err) == 0)
        return true;
    doctor_say(doctor, DOCTOR_FAIL, CHECK, NULL, "%s", err.message);
    return false;
}

static void check_download(struct doctor *doctor)
{
    static const char what[] = "the download server";
    struct doctor_visit visit;
    struct doctor_visit_result result;

    if (!place(doctor, false, &visit))
        return;
    visit.certificate = doctor->config.certificate;
    visit.key = doctor->config.key;
    if (!go(doctor, &visit, &result) || say_failure(doctor, what, &visit, &result))
        return;
    if (result.end == DOCTOR_VISIT_DONE)
        doctor_say(doctor, DOCTOR_FAIL, CHECK, "see who listens on that port: ss -tlnp",
            "what answers at %s:%u lets in who is no device: it is not %s", visit.host,
            (unsigned)visit.port, what);
    else
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL,
            "%s at %s:%u shows a certificate that devices take, and refuses who is no device", what,
            visit.host, (unsigned)visit.port);
}

static void judge_broker(struct doctor *doctor, const struct doctor_visit *visit,
    const struct doctor_visit_result *result)
{
    int code = doctor_mqtt_answer(result->heard, result->heard_size);

    if (result->end == DOCTOR_VISIT_REFUSED)
        doctor_say(doctor, DOCTOR_FAIL, CHECK,
            "compare cafile in the broker's configuration with [tls] ca",
            "the broker does not take the daemon's certificate: %s", result->text);
    else if (code == 0)
        doctor_say(doctor, DOCTOR_FAIL, CHECK, "load the plugin, and systemctl restart mosquitto",
            "the broker lets a client in under another's name: it does not ask our plugin");
    else if (code == NOT_AUTHORIZED)
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL,
            "the broker at %s:%u shows a certificate that devices take, speaks MQTT, and lets in "
            "nobody under another's name",
            visit->host, (unsigned)visit->port);
    else
        doctor_say(doctor, DOCTOR_FAIL, CHECK, "journalctl -u mosquitto -n 20 says why",
            "the broker at %s:%u does not answer as MQTT 3.1.1 has it", visit->host,
            (unsigned)visit->port);
}

static void check_broker(struct doctor *doctor)
{
    uint8_t hello[DOCTOR_MQTT_CONNECT_MAX];
    struct doctor_visit visit;
    struct doctor_visit_result result;

    if (!place(doctor, true, &visit))
        return;
    visit.certificate = doctor->config.certificate;
    visit.key = doctor->config.key;
    visit.n = doctor_mqtt_connect(STRANGER, hello);
    visit.say = hello;
    if (!go(doctor, &visit, &result) || say_failure(doctor, "the broker", &visit, &result))
        return;
    judge_broker(doctor, &visit, &result);
    visit.certificate = NULL;
    if (!go(doctor, &visit, &result))
        return;
    if (result.end == DOCTOR_VISIT_DONE)
        doctor_say(doctor, DOCTOR_FAIL, CHECK,
            "require_certificate true, and systemctl restart mosquitto",
            "the broker lets in who shows no certificate");
    else if (result.end == DOCTOR_VISIT_REFUSED)
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "the broker refuses who shows no certificate");
}

void doctor_door_check(struct doctor *doctor)
{
    if (access(doctor->config.key, R_OK) < 0) {
        doctor_say(doctor, DOCTOR_WARN, CHECK, "run this as root: sudo secureesp doctor",
            "the daemon's key cannot be read (%m): not tried");
        return;
    }
    check_download(doctor);
    check_broker(doctor);
}
