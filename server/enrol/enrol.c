// EST for devices: who asks, what for, and what is answered.
#include "server/enrol/enrol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/enrol/enrol_claims.h"
#include "server/enrol/enrol_meter.h"
#include "server/enrol/enrol_note.h"
#include "server/enrol/est_answer.h"
#include "server/enrol/est_body.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/certificate_file.h"
#include "server/pki/certificate_request.h"
#include "server/revocation/revocation_meet.h"

#define SHORTLY_S 5 // until another request of the same device has ended
#define LATER_S 60  // until there may be room, or the signer answers
#define RENEWALS 10 // of one device in a day: the signer is there for the others too
#define MINUTE_MS 60000
#define DAY_MS 86400000

_Static_assert(ENROL_BODY_MAX == EST_BODY_MAX, "the server lets through what can be read");
_Static_assert(HTTP_REQUEST_PEER_SIZE <= ENROLMENT_ADDRESS_SIZE, "an address can be kept");
_Static_assert(ENROLMENT_DIGEST_SIZE == DIGEST_SHA256_TEXT_SIZE, "a digest can be kept");

struct enrol {
    struct enrol_settings settings;
    struct enrol_claims *claims;
    struct enrol_issue *issue;
    struct enrol_meter *by_claim, *by_address, *by_device;
    struct enrol_notes notes;
};

static int make_meters(struct enrol *enrol)
{
    uint32_t claim = (uint32_t)enrol->settings.claim_per_minute;
    uint32_t address = (uint32_t)enrol->settings.address_per_minute;
    const struct rate of_claim = {claim, MINUTE_MS, claim};
    const struct rate of_address = {address, MINUTE_MS, address};
    const struct rate of_device = {RENEWALS, DAY_MS, RENEWALS};
    int rc = enrol_meter_new(&of_claim, &enrol->by_claim);

    if (rc == 0)
        rc = enrol_meter_new(&of_address, &enrol->by_address);
    return rc < 0 ? rc : enrol_meter_new(&of_device, &enrol->by_device);
}

int enrol_new(const struct enrol_settings *settings, struct enrol **out, struct err *err)
{
    struct enrol *enrol = calloc(1, sizeof *enrol);
    struct enrol_issue_settings issue = {
        settings->store, settings->auth, settings->sign, settings->ctx};
    int rc;

    if (enrol == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for enrolment");
    enrol->settings = *settings;
    rc = make_meters(enrol);
    if (rc < 0)
        err_set(err, rc, "no memory for enrolment");
    if (rc == 0)
        rc = enrol_claims_new(settings->claim_ca, settings->auth, &enrol->claims, err);
    if (rc == 0)
        rc = enrol_issue_new(&issue, &enrol->issue, err);
    if (rc < 0) {
        enrol_free(enrol);
        return rc;
    }
    *out = enrol;
    return 0;
}

void enrol_free(struct enrol *enrol)
{
    if (enrol == NULL)
        return;
    enrol_issue_free(enrol->issue);
    enrol_claims_free(enrol->claims);
    enrol_meter_free(enrol->by_claim);
    enrol_meter_free(enrol->by_address);
    enrol_meter_free(enrol->by_device);
    free(enrol);
}

int enrol_reload(struct enrol *enrol, struct err *err)
{
    return enrol_claims_reload(enrol->claims, err);
}

int enrol_verify(const uint8_t *der, size_t n, void *ctx, struct err *err)
{
    struct enrol *enrol = ctx;
    struct device_auth_late late = {der, n, enrol->settings.grace_ms};
    struct certificate_facts facts;
    char mac[MAC_SIZE];
    bool is_late;
    int rc = device_auth_identify_late(enrol->settings.auth, &late, mac, &is_late, err);

    if (rc != ERR_UNTRUSTED)
        return rc;
    rc = enrol_claims_judge(enrol->claims, der, n, &facts, err);
    if (rc == 0)
        revocation_meet_post(enrol->settings.store, &facts, "", CERTIFICATE_SEEN);
    return rc;
}

void enrol_each_counter(const struct enrol *enrol,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    enrol_note_each_counter(&enrol->notes, add, add_ctx);
}

// A request for a certificate.
struct ask {
    struct enrol *enrol;
    const struct http_request *request;
    struct http_response *response;
    bool is_renewal;
    char address[HTTP_REQUEST_PEER_SIZE];
    char mac[MAC_SIZE];
    char claim[SERIAL_SIZE]; // "" of a renewal
    char own[SERIAL_SIZE];   // "" of no renewal
    bool is_late;            // it has ended
    uint8_t *csr;
    size_t csr_n;
    struct certificate_request asked;
    struct enrol_judge judge;
};

static void note(struct ask *ask, enum enrol_note_kind kind, const char *reason)
{
    struct enrol_note_who who = {ask->mac, ask->claim, ask->address, ask->asked.key.id};

    enrol_note_add(&ask->enrol->notes, kind, &who, reason);
}

// Returns false, for whoever asks whether to go on.
static bool refuse(struct ask *ask, enum enrol_note_kind kind, unsigned status, const char *reason)
{
    note(ask, kind, reason);
    http_response_set_text(ask->response, status, "%s", reason);
    return false;
}

static bool refuse_for_now(struct ask *ask, unsigned status, int64_t seconds, const char *reason)
{
    http_response_set_text(ask->response, status, "%s", reason);
    http_response_add_header(ask->response, "Retry-After", "%lld", (long long)seconds);
    return false;
}

static bool take_turn(struct ask *ask, struct enrol_meter *meter, const char *whom)
{
    if (enrol_meter_take(meter, whom, clock_monotonic_ms()))
        return true;
    note(ask, ENROL_NOTE_LIMITED, "too many requests");
    return refuse_for_now(ask, 429, LATER_S, "too many requests");
}

static bool refuse_stranger(struct ask *ask, const struct err *err)
{
    const char *reason = err->message;

    if (err->code == ERR_UNTRUSTED)
        reason = ask->is_renewal
                     ? "this takes the device's own certificate"
                     : "this takes a claim certificate; a device renews its own by simplereenroll";
    return refuse(ask, ENROL_NOTE_STRANGER, 403, reason);
}

// Whoever shows a claim certificate asks for a first one, whatever the path: there are clients, as
// strongSwan's, that call each request a renewal for which they have a certificate.
static bool identify_claim(struct ask *ask, const uint8_t *der, size_t n)
{
    struct certificate_facts facts;
    struct err err = {0};

    if (enrol_claims_judge(ask->enrol->claims, der, n, &facts, &err) < 0)
        return refuse_stranger(ask, &err);
    ask->is_renewal = false;
    memcpy(ask->claim, facts.serial, sizeof ask->claim);
    if (device_auth_is_serial_revoked(ask->enrol->settings.auth, facts.serial))
        return refuse(ask, ENROL_NOTE_CLAIM_REVOKED, 403, "this claim certificate is revoked");
    return take_turn(ask, ask->enrol->by_claim, ask->claim);
}

static bool identify_device(struct ask *ask, const uint8_t *der, size_t n)
{
    const struct enrol_settings *settings = &ask->enrol->settings;
    struct device_auth_late late = {der, n, settings->grace_ms};
    struct certificate *certificate = NULL;
    struct err err = {0};
    int rc = device_auth_identify_late(settings->auth, &late, ask->mac, &ask->is_late, &err);

    if (rc == ERR_UNTRUSTED)
        return identify_claim(ask, der, n);
    if (rc == 0)
        rc = certificate_from_der(der, n, &certificate, &err);
    if (rc < 0)
        return refuse_stranger(ask, &err);
    rc = certificate_serial(certificate, ask->own, &err);
    certificate_free(certificate);
    if (rc < 0)
        return refuse_stranger(ask, &err);
    return take_turn(ask, ask->enrol->by_device, ask->mac);
}

static bool identify(struct ask *ask)
{
    size_t n;
    const uint8_t *der = http_request_peer_certificate(ask->request, &n);

    if (!take_turn(ask, ask->enrol->by_address, ask->address))
        return false;
    if (der == NULL)
        return refuse(ask, ENROL_NOTE_STRANGER, 403, "this takes a client certificate");
    return ask->is_renewal ? identify_device(ask, der, n) : identify_claim(ask, der, n);
}

// Reads what is asked for: the body decides, not what the headers call it.
static bool read_body(struct ask *ask)
{
    size_t n;
    const uint8_t *body = http_request_body(ask->request, &n);
    struct err err = {0};
    int rc = est_body_decode(body, n, &ask->csr, &ask->csr_n, &err);

    if (rc == 0)
        rc = certificate_request_parse(ask->csr, ask->csr_n, &ask->asked, &err);
    if (rc == 0)
        return true;
    if (rc == ERR_NO_MEMORY)
        return refuse(ask, ENROL_NOTE_FAILED, 500, err.message);
    return refuse(ask, ENROL_NOTE_BAD, rc == ERR_TOO_LARGE ? 413 : 400, err.message);
}

// Its certificate says what the request says.
static bool check_name(struct ask *ask)
{
    const char *name = ask->asked.common_name;

    if (!mac_is_valid(name, strlen(name)))
        return refuse(ask, ENROL_NOTE_BAD, 400,
            "the request's common name must be the device's MAC: 12 lower-case hex digits");
    if (ask->is_renewal && strcmp(name, ask->mac) != 0)
        return refuse(ask, ENROL_NOTE_BAD, 403,
            "the request's common name is another than that of the certificate in use");
    memcpy(ask->mac, name, sizeof ask->mac);
    return true;
}

static void send_certificate(struct ask *ask)
{
    struct certificate *certificate;
    struct err err = {0};

    if (certificate_from_der(ask->judge.der, ask->judge.n, &certificate, &err) < 0) {
        refuse(ask, ENROL_NOTE_FAILED, 500, err.message);
        return;
    }
    est_answer_certificates(ask->request, ask->response, &certificate, 1);
    certificate_free(certificate);
}

static void fail(struct ask *ask, const struct err *err)
{
    switch (err->code) {
    case ERR_CONFLICT: refuse_for_now(ask, 503, SHORTLY_S, err->message); break;
    case ERR_INVALID: refuse(ask, ENROL_NOTE_NOT_SIGNED, 400, err->message); break;
    case ERR_DENIED: refuse(ask, ENROL_NOTE_NOT_SIGNED, 403, err->message); break;
    case ERR_UNAVAILABLE: // what passes: the device asks again
    case ERR_EXPIRED:
    case ERR_IO:
        note(ask, ENROL_NOTE_FAILED, err->message);
        refuse_for_now(ask, 503, LATER_S, "no certificate can be made now");
        break;
    default:
        note(ask, ENROL_NOTE_FAILED, err->message);
        http_response_set_text(ask->response, 500, "no certificate could be made");
        break;
    }
}

static void answer(struct ask *ask)
{
    enum enrol_verdict verdict = ask->judge.verdict;
    enum enrol_note_kind kind = enrol_note_kind_of(verdict);
    const char *words = enrol_decide_words(verdict);

    switch (verdict) {
    case ENROL_SIGN:
    case ENROL_REPEAT:
        note(ask, ask->is_renewal && verdict == ENROL_SIGN ? ENROL_NOTE_RENEWED : kind,
            ask->judge.by);
        send_certificate(ask);
        break;
    case ENROL_WAIT:
        note(ask, kind, words);
        refuse_for_now(ask, 202, ask->enrol->settings.retry_after_s, words);
        break;
    default: refuse(ask, kind, 403, words); break;
    }
}

static void decide(struct ask *ask)
{
    char code[DIGEST_SHA256_TEXT_SIZE] = "";
    struct err err = {0};

    if (ask->asked.challenge[0] != '\0')
        digest_sha256((const uint8_t *)ask->asked.challenge, strlen(ask->asked.challenge), code);
    ask->judge = (struct enrol_judge){.policy = ask->enrol->settings.policy,
        .mac = ask->mac,
        .key_sha256 = ask->asked.key.id,
        .code_sha256 = code,
        .claim = ask->claim,
        .own = ask->own,
        .is_late = ask->is_late,
        .address = ask->address};
    if (enrol_issue_run(ask->enrol->issue, &ask->judge, ask->csr, ask->csr_n, &err) < 0)
        fail(ask, &err);
    else
        answer(ask);
    enrol_judge_clear(&ask->judge);
}

static void enroll(const struct http_request *request, struct http_response *response,
    struct enrol *enrol, bool is_renewal)
{
    struct ask ask = {
        .enrol = enrol, .request = request, .response = response, .is_renewal = is_renewal};

    http_request_peer(request, ask.address);
    if (identify(&ask) && read_body(&ask) && check_name(&ask))
        decide(&ask);
    free(ask.csr);
    explicit_bzero(&ask.asked, sizeof ask.asked); // a code is a secret
}

static void simple_enroll(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    enroll(request, response, ctx, false);
}

static void simple_reenroll(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    enroll(request, response, ctx, true);
}

static void ca_certificates(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct enrol *enrol = ctx;
    struct certificate_file file;
    uint8_t *pem;
    size_t n;

    if (device_auth_copy_ca(enrol->settings.auth, &pem, &n) < 0)
        return;
    if (certificate_file_parse(pem, n, &file, NULL) == 0) {
        est_answer_certificates(request, response, file.certificates, file.count);
        certificate_file_clear(&file);
    }
    free(pem);
}

static void csr_attributes(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    (void)ctx;
    est_answer_attributes(response);
}

const struct http_route *enrol_routes(void)
{
    static const struct http_route routes[] = {
        {HTTP_GET, "/.well-known/est/cacerts", ca_certificates},
        {HTTP_GET, "/.well-known/est/csrattrs", csr_attributes},
        {HTTP_POST, "/.well-known/est/simpleenroll", simple_enroll},
        {HTTP_POST, "/.well-known/est/simplereenroll", simple_reenroll},
        {0, NULL, NULL},
    };

    return routes;
}
