// A device gets its certificate, or renews it.
#include "firmware/enrol/enrol.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/platform_util.h>

#include "common/contract.h"
#include "common/wifi_networks.h"
#include "firmware/core/files.h"
#include "firmware/core/memory.h"
#include "firmware/core/report.h"
#include "firmware/core/staging.h"
#include "firmware/core/tls_library.h"
#include "firmware/enrol/claim.h"

#define POLL_MS 100 // while waiting for link or clock
#define LINE_SIZE 192

static uint32_t now_ms(const struct enrol *enrol)
{
    return enrol->port->ops->now_ms(enrol->port);
}

// --- the start

// Reads a file to scratch, a NUL behind it. Returns its bytes.
static int read_file(struct enrol *enrol, const char *name, struct failure *failure)
{
    int n = files_read(enrol->port, name, enrol->scratch, EST_SCRATCH - 1);

    if (n < 0 || n >= EST_SCRATCH)
        return failure_set(failure, RESULT_FILE_INVALID, "%s: %s", name,
            n == PORT_ABSENT ? "is missing" : "cannot be read");
    enrol->scratch[n] = '\0';
    return n;
}

static int read_settings(struct enrol *enrol, struct failure *failure)
{
    int n = read_file(enrol, CONTRACT_FILE_CONFIG, failure);

    if (n >= 0)
        n = settings_parse((char *)enrol->scratch, (size_t)n, &enrol->settings, failure);
    if (n >= 0 && enrol->settings.enrol_server[0] == '\0')
        n = failure_set(failure, RESULT_FILE_INVALID, "%s: %s: missing", CONTRACT_FILE_CONFIG,
            CONTRACT_CONFIG_ENROL_SERVER);
    return n;
}

static int read_identity(struct enrol *enrol, struct failure *failure)
{
    struct identity *identity = &enrol->identity;
    char cert[STAGING_NAME_SIZE] = CLAIM_CERT;
    char key[STAGING_NAME_SIZE] = CLAIM_KEY;
    int n = read_file(enrol, CONTRACT_FILE_CA, failure);

    if (enrol->again) {
        staging_name(STAGING_CERT, enrol->mac, false, cert);
        staging_name(STAGING_KEY, enrol->mac, false, key);
    }
    if (n >= 0)
        n = identity_read_ca(identity, enrol->scratch, (size_t)n, failure);
    if (n >= 0)
        n = read_file(enrol, cert, failure);
    if (n >= 0)
        n = enrol->again
                ? identity_read_cert(identity, enrol->scratch, (size_t)n, enrol->mac, failure)
                : claim_read_cert(identity, enrol->scratch, (size_t)n, failure);
    if (n >= 0)
        n = read_file(enrol, key, failure);
    if (n >= 0)
        n = identity_read_key(identity, enrol->scratch, (size_t)n, failure);
    if (n >= 0)
        n = identity_check_key(identity, failure);
    mbedtls_platform_zeroize(enrol->scratch, sizeof enrol->scratch);
    return n;
}

// Up to the end of its line. One that is too long is refused with the request.
static void read_code(struct enrol *enrol)
{
    if (!enrol->again)
        (void)files_read(enrol->port, ENROL_CODE, (uint8_t *)enrol->code, sizeof enrol->code - 1);
    enrol->code[strcspn(enrol->code, "\r\n")] = '\0';
    if (enrol->code[0] != '\0')
        enrol->est.code = enrol->code;
}

static void prepare(struct enrol *enrol, struct port *port, const char *mac, bool again)
{
    memset(enrol, 0, sizeof *enrol);
    enrol->port = port;
    enrol->again = again;
    snprintf(enrol->mac, sizeof enrol->mac, "%s", mac);
    identity_init(&enrol->identity);
    mbedtls_pk_init(&enrol->key);
    enrol->est = (struct est){
        .tls = &enrol->tls,
        .https = &enrol->https,
        .identity = &enrol->identity,
        .key = &enrol->key,
        .mac = enrol->mac,
        .host = enrol->settings.enrol_server,
        .again = again,
        .scratch = enrol->scratch,
    };
    enrol->https.tls = &enrol->tls;
    failure_set(&enrol->failure, RESULT_TIMEOUT, "no certificate in time");
    timer_start(&enrol->deadline, now_ms(enrol), again ? ENROL_RENEWAL_MS : TIMER_NEVER);
}

static int start(struct enrol *enrol, struct failure *failure)
{
    int rc;

    memory_watch();
    rc = read_settings(enrol, failure);
    if (rc >= 0)
        rc = read_identity(enrol, failure);
    if (rc < 0)
        return memory_judge(rc, failure);
    enrol->est.tcp_port = (uint16_t)enrol->settings.enrol_port;
    read_code(enrol);
    return tls_init(&enrol->tls, enrol->port, &enrol->identity, failure);
}

static void restart(struct enrol *enrol, const char *why)
{
    enrol->port->ops->log(enrol->port, PORT_LOG_INFO, why);
    tls_close(&enrol->tls);
    enrol->state = ENROL_RESTART;
    enrol->port->ops->led(enrol->port, PORT_LED_OFF);
    enrol->port->ops->reboot(enrol->port);
}

static void log_failure(const struct enrol *enrol)
{
    char line[LINE_SIZE];

    snprintf(line, sizeof line, "error result=%s detail=\"%s\"", result_name(enrol->failure.result),
        enrol->failure.detail);
    for (char *at = line; *at != '\0'; at++) { // servers have their say in it
        if (*at < ' ' || *at > '~')
            *at = '?';
    }
    enrol->port->ops->log(enrol->port, PORT_LOG_ERROR, line);
}

// The device goes on with the certificate that it has, and tells why.
static void give_up(struct enrol *enrol)
{
    char why[FAILURE_DETAIL_SIZE];
    const struct report_event event = {
        .kind = CONTRACT_EVENT_KIND_ERROR, .result = enrol->failure.result, .detail = why};

    log_failure(enrol);
    snprintf(why, sizeof why, "renewal: %.90s", enrol->failure.detail);
    events_load(&enrol->events, enrol->port);
    events_add(&enrol->events, &event);
    (void)events_save(&enrol->events, enrol->port);
    restart(enrol, "restart reason=\"not renewed\"");
}

int enrol_init(struct enrol *enrol, struct port *port, const char *mac, enum need need,
    struct failure *failure)
{
    int rc;

    prepare(enrol, port, mac, need == NEED_RENEWAL);
    rc = start(enrol, &enrol->failure);
    if (rc < 0 && !enrol->again) {
        *failure = enrol->failure;
        enrol_clear(enrol);
        return rc;
    }
    if (rc < 0) {
        give_up(enrol);
        return 0;
    }
    port->ops->log(port, PORT_LOG_INFO, enrol->again ? "start renewal" : "start enrolment");
    port->ops->led(port, PORT_LED_CONNECTING);
    port->ops->link_start(port, WIFI_NETWORKS_FILE);
    return 0;
}

void enrol_clear(struct enrol *enrol)
{
    if (enrol->port == NULL)
        return;
    tls_clear(&enrol->tls);
    identity_clear(&enrol->identity);
    mbedtls_pk_free(&enrol->key);
    mbedtls_platform_zeroize(enrol, sizeof *enrol);
}

// --- the way to a certificate

// Reads the key of an attempt before, if it is one on P-256: 1. Else there is no certificate for it
// either: 0. Or why that cannot be said.
static int read_key(struct enrol *enrol, const char *name, struct failure *failure)
{
    int n = files_read(enrol->port, name, enrol->scratch, EST_SCRATCH - 1);
    bool is_good;

    if (n == PORT_FAILED)
        return failure_set(failure, RESULT_FLASH_FAILED, "%s: cannot be read", name);
    if (n <= 0 || n >= EST_SCRATCH)
        return 0;
    enrol->scratch[n] = '\0';
    memory_watch();
    is_good = tls_library_read_key(&enrol->key, enrol->scratch, (size_t)n) == 0 &&
              key_is_p256(&enrol->key);
    mbedtls_platform_zeroize(enrol->scratch, (size_t)n);
    if (is_good)
        return 1;
    mbedtls_pk_free(&enrol->key);
    mbedtls_pk_init(&enrol->key);
    return memory_was_short()
               ? failure_set(failure, RESULT_OUT_OF_MEMORY, "%s: not enough memory", name)
               : 0;
}

static int make_key(struct enrol *enrol, const char *name, struct failure *failure)
{
    const uint8_t *pem = (const uint8_t *)enrol->key_pem;
    int rc = key_make(enrol->port, &enrol->tls.random, enrol->key_pem, failure);

    if (rc < 0)
        return rc;
    if (!enrol->again && files_write(enrol->port, name, pem, KEY_PEM_SIZE - 1) != 0)
        return failure_set(failure, RESULT_FLASH_FAILED, "%s: cannot be written", name);
    memory_watch();
    if (tls_library_read_key(&enrol->key, pem, KEY_PEM_SIZE - 1) == 0)
        return 0;
    mbedtls_pk_free(&enrol->key);
    mbedtls_pk_init(&enrol->key);
    rc = failure_set(failure, RESULT_TLS_FAILED, "%s: cannot be read", name);
    return memory_judge(rc, failure);
}

static int prepare_key(struct enrol *enrol, struct failure *failure)
{
    char name[STAGING_NAME_SIZE];
    int rc;

    if (mbedtls_pk_get_type(&enrol->key) != MBEDTLS_PK_NONE)
        return 0;
    staging_name(STAGING_KEY, enrol->mac, false, name);
    rc = enrol->again ? 0 : read_key(enrol, name, failure);
    return rc == 0 ? make_key(enrol, name, failure) : rc;
}

// From retrytimeout on, doubled with each failure, give or take a quarter: as session.c does it.
static uint32_t pause_ms(const struct enrol *enrol)
{
    uint32_t pause = enrol->settings.retry_timeout_ms;
    uint32_t random = 0;

    for (unsigned i = 0; i < enrol->attempts && pause < ENROL_PAUSE_MAX_MS; i++)
        pause *= 2;
    if (pause > ENROL_PAUSE_MAX_MS)
        pause = ENROL_PAUSE_MAX_MS;
    (void)enrol->port->ops->random(enrol->port, (uint8_t *)&random, sizeof random);
    return pause / 4 * 3 + random % (pause / 2);
}

// What is refused in a renewal will be so in a minute: an operator sees to it.
static void fail(struct enrol *enrol)
{
    est_stop(&enrol->est);
    if (enrol->again && enrol->failure.result == RESULT_HTTP_STATUS) {
        give_up(enrol);
        return;
    }
    log_failure(enrol);
    timer_start(&enrol->pause, now_ms(enrol), pause_ms(enrol));
    enrol->attempts++;
    enrol->state = ENROL_PAUSE;
}

static void ask(struct enrol *enrol)
{
    int rc = prepare_key(enrol, &enrol->failure);

    enrol->state = ENROL_ASK;
    if (rc >= 0)
        rc = est_start(&enrol->est, &enrol->failure);
    if (rc < 0)
        fail(enrol);
}

static int write_file(struct enrol *enrol, enum staging_file file, const void *p, size_t n)
{
    char name[STAGING_NAME_SIZE];

    staging_name(file, enrol->mac, enrol->again, name);
    return files_write(enrol->port, name, p, n);
}

// A new pair is whole once its certificate is there.
static int store(struct enrol *enrol, struct failure *failure)
{
    if ((enrol->again && write_file(enrol, STAGING_KEY, enrol->key_pem, KEY_PEM_SIZE - 1) != 0) ||
        write_file(enrol, STAGING_CERT, enrol->scratch, enrol->est.used) != 0)
        return failure_set(
            failure, RESULT_FLASH_FAILED, "%s: cannot be written", "new certificate");
    if (!enrol->again)
        (void)files_remove(enrol->port, ENROL_CODE); // spent
    return 0;
}

static void step_ask(struct enrol *enrol)
{
    int rc = est_step(&enrol->est, &enrol->failure);

    if (rc == STEP_AGAIN)
        return;
    if (rc == STEP_DONE)
        rc = store(enrol, &enrol->failure);
    if (rc < 0)
        fail(enrol);
    else
        restart(enrol, enrol->again ? "restart reason=renewed" : "restart reason=enrolled");
}

static void step_link(struct enrol *enrol)
{
    struct port_link_info info;
    enum port_link link = enrol->port->ops->link_state(enrol->port, &info);

    enrol->port->ops->led(
        enrol->port, link == PORT_LINK_SMARTCONFIG ? PORT_LED_SMARTCONFIG : PORT_LED_CONNECTING);
    if (link != PORT_LINK_UP)
        return;
    enrol->port->ops->clock_start(enrol->port, enrol->settings.ntp_server);
    enrol->state = ENROL_CLOCK;
}

static uint32_t wait_ms(const struct enrol *enrol)
{
    const uint32_t now = now_ms(enrol);
    const uint32_t limit = timer_left_ms(&enrol->deadline, now);

    switch (enrol->state) {
    case ENROL_LINK:
    case ENROL_CLOCK: return POLL_MS;
    case ENROL_PAUSE: return timer_min_ms(limit, timer_left_ms(&enrol->pause, now));
    case ENROL_ASK: return timer_min_ms(limit, est_wait_ms(&enrol->est, now));
    case ENROL_RESTART: break;
    }
    return TIMER_NEVER;
}

uint32_t enrol_step(struct enrol *enrol)
{
    if (enrol->state == ENROL_RESTART)
        return TIMER_NEVER;
    if (timer_ended(&enrol->deadline, now_ms(enrol))) {
        give_up(enrol);
        return TIMER_NEVER;
    }
    switch (enrol->state) {
    case ENROL_LINK: step_link(enrol); break;
    case ENROL_CLOCK:
        if (enrol->port->ops->unix_time(enrol->port) > 0)
            enrol->state = ENROL_PAUSE;
        break;
    case ENROL_PAUSE:
        if (timer_ended(&enrol->pause, now_ms(enrol)))
            ask(enrol);
        break;
    case ENROL_ASK: step_ask(enrol); break;
    case ENROL_RESTART: break;
    }
    return wait_ms(enrol);
}
