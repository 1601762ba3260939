// The CA that signs what its policy allows.
#include "server/signer/signer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/lock_folder.h"
#include "server/base/log.h"
#include "server/base/rate.h"
#include "server/pki/certificate_request.h"
#include "server/pki/issued.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"
#include "server/signer/signer_history.h"
#include "server/signer/signer_hour.h"
#include "server/signer/signer_recent.h"

// Of refusals that are logged; of the others only how many.
static const struct rate logged = {.count = 1, .in_ms = 1000, .burst = 60};

struct signer {
    char *folder;
    int lock;
    struct issuer *issuer;
    struct signer_policy policy;
    struct signer_hour *hour;
    struct signer_recent *recent;
    struct rate_use refusals;
    unsigned long unlogged;
};

// A request on its way to a certificate.
struct work {
    const struct signer_peer *peer;
    struct signer_message_request asked;
    struct certificate_request request;
    int days;
    struct certificate *certificate;
    char serial[SERIAL_SIZE];
    uint8_t *der;
    size_t n;
};

static int open_folder(
    struct signer *signer, const char *folder, const struct signer_policy *policy, struct err *err)
{
    int rc;

    signer->folder = strdup(folder);
    if (signer->folder == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a signer");
    rc = pki_folder_open(folder, &signer->issuer, err);
    if (rc == 0)
        rc = lock_folder_take(folder, &signer->lock, err);
    if (rc == 0 && (signer_hour_new((size_t)policy->per_hour, &signer->hour) < 0 ||
                       signer_recent_new(&signer->recent) < 0))
        rc = err_set(err, ERR_NO_MEMORY, "no memory for a signer");
    if (rc < 0)
        return rc;

    const struct signer_memory memory = {signer->hour, signer->recent};

    return signer_history_read(folder, signer->issuer, &memory, err);
}

int signer_open(
    const char *folder, const struct signer_policy *policy, struct signer **out, struct err *err)
{
    struct signer *signer = calloc(1, sizeof *signer);

    if (signer == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a signer");
    signer->lock = -1;
    signer->policy = *policy;

    int rc = open_folder(signer, folder, policy, err);

    if (rc < 0) {
        signer_free(signer);
        return rc;
    }
    *out = signer;
    return 0;
}

void signer_free(struct signer *signer)
{
    if (signer == NULL)
        return;
    if (signer->lock >= 0)
        close(signer->lock);
    signer_hour_free(signer->hour);
    signer_recent_free(signer->recent);
    issuer_free(signer->issuer);
    free(signer->folder);
    free(signer);
}

bool signer_key_is_in_token(const struct signer *signer)
{
    return issuer_key_is_in_token(signer->issuer);
}

int signer_set_policy(struct signer *signer, const struct signer_policy *policy, struct err *err)
{
    if (signer_hour_set_most(signer->hour, (size_t)policy->per_hour) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for a policy");
    signer->policy = *policy;
    return 0;
}

static int judge(const struct signer *signer, struct work *work, struct err *err)
{
    struct signer_policy_life life = {
        .wanted_days = work->asked.days,
        .now_ms = clock_system_ms(),
        .ca_not_after_ms = issuer_not_after_ms(signer->issuer),
    };
    int rc = certificate_request_parse(work->asked.csr, work->asked.n, &work->request, err);

    if (rc == 0)
        rc = signer_policy_judge(&signer->policy, &work->request, &life, &work->days, err);
    return rc;
}

static int check_hour(const struct signer *signer, struct err *err)
{
    if (signer_hour_has_room(signer->hour, clock_monotonic_ms()))
        return 0;
    return err_set(err, ERR_UNAVAILABLE,
        "%" PRId64 " certificates were signed within an hour, which is [policy] per_hour",
        signer->policy.per_hour);
}

static struct signer_recent_order order_of(const struct work *work)
{
    return (struct signer_recent_order){
        work->request.common_name, work->request.key.id, work->days};
}

// Whether there is an answer to this order already, which is recorded and counted: 1 or 0, or an
// error.
static int recall(const struct signer *signer, struct work *work, struct err *err)
{
    struct signer_recent_order order = order_of(work);
    const uint8_t *der;
    size_t n;

    if (work->asked.anew ||
        !signer_recent_find(signer->recent, &order, clock_monotonic_ms(), &der, &n))
        return 0;
    work->der = malloc(n);
    if (work->der == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a certificate");
    memcpy(work->der, der, n);
    work->n = n;
    return 1;
}

// Nothing of the request but its name and key becomes a part of the certificate.
static int issue(const struct signer *signer, struct work *work, struct err *err)
{
    struct issuer_order order = {
        .profile = PROFILE_DEVICE,
        .common_name = work->request.common_name,
        .days = work->days,
        .now_ms = clock_system_ms(),
    };
    int rc =
        issuer_issue_public(signer->issuer, &order, &work->request.key, &work->certificate, err);

    if (rc == 0)
        rc = certificate_serial(work->certificate, work->serial, err);
    return rc == 0 ? certificate_to_der(work->certificate, &work->der, &work->n, err) : rc;
}

// What fails here is no fault of who asks.
static int issue_and_record(const struct signer *signer, struct work *work, struct err *err)
{
    struct err reason = {0};
    int rc = issue(signer, work, &reason);

    if (rc == 0)
        rc = issued_add(signer->folder, &work->certificate, 1, &reason);
    if (rc == 0)
        return 0;
    return err_set(err, rc == ERR_NO_MEMORY ? rc : ERR_IO, "%s", reason.message);
}

static void log_signed(const struct work *work, const char *event)
{
    log_info("signer", "%s mac=%s serial=%s days=%d key=%s uid=%u pid=%d note=%s", event,
        work->request.common_name, work->serial[0] != '\0' ? work->serial : "-", work->days,
        work->request.key.algorithm, (unsigned)work->peer->uid, (int)work->peer->pid,
        work->asked.note);
}

static int sign(struct signer *signer, struct work *work, struct err *err)
{
    int rc = judge(signer, work, err);

    if (rc == 0)
        rc = recall(signer, work, err);
    if (rc > 0) {
        log_signed(work, "answered again");
        return 0;
    }
    if (rc == 0)
        rc = check_hour(signer, err);
    if (rc == 0)
        rc = issue_and_record(signer, work, err);
    if (rc < 0)
        return rc;

    struct signer_recent_order order = order_of(work);

    signer_hour_count(signer->hour, clock_monotonic_ms());
    signer_recent_keep(signer->recent, &order, work->der, work->n, clock_monotonic_ms());
    log_signed(work, "signed");
    return 0;
}

static void log_refusal(
    struct signer *signer, const struct signer_peer *peer, const char *note, const struct err *err)
{
    if (!rate_take(&signer->refusals, &logged, 1, clock_monotonic_ms())) {
        signer->unlogged++;
        return;
    }
    log_warning("signer", "refused why=%s uid=%u pid=%d unlogged=%lu: %s note=%s",
        err_code_name(err->code), (unsigned)peer->uid, (int)peer->pid, signer->unlogged,
        err->message, note);
    signer->unlogged = 0;
}

static void write_error(const struct err *err, struct signer_message_written *out)
{
    struct signer_message_answer answer = {.code = err->code};

    snprintf(answer.text, sizeof answer.text, "%s", err->message);
    if (signer_message_write_answer(&answer, out) < 0)
        out->n = 0;
}

void signer_refuse(struct signer *signer, const struct signer_peer *peer, const struct err *err,
    struct signer_message_written *out)
{
    log_refusal(signer, peer, "", err);
    write_error(err, out);
}

void signer_answer(struct signer *signer, const struct signer_peer *peer,
    const struct signer_received *message, struct signer_message_written *out)
{
    struct work work = {.peer = peer};
    struct err err = {0};
    int rc = signer_message_read_request(message->p, message->n, &work.asked);

    if (rc < 0)
        rc = err_set(&err, rc, "no request that the signer understands");
    else
        rc = sign(signer, &work, &err);
    if (rc == 0) {
        struct signer_message_answer answer = {.certificate = work.der, .n = work.n};

        rc = signer_message_write_answer(&answer, out);
        if (rc < 0)
            err_set(&err, ERR_IO, "a certificate of %zu bytes", work.n);
    }
    if (rc < 0) {
        log_refusal(signer, peer, work.asked.note, &err);
        write_error(&err, out);
    }
    free(work.der);
    certificate_free(work.certificate);
}
