// Tells operator and client why a handshake failed.
#include "server/http/http_handshake.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/base/log.h"
#include "server/base/pace.h"
#include "server/http/http_addresses.h"
#include "server/http/http_connection.h"
#include "server/http/http_tls.h"
#include "server/http/http_turns.h"

#define LOG_INTERVAL_MS 1000
#define REASON_SIZE 192
#define DRAIN_READS 32 // of 4 KiB

struct http_handshake {
    struct http_turns *turns;
    int (*handshake)(gnutls_session_t session); // GnuTLS's own
    struct pace paces[HTTP_HANDSHAKE_KINDS];
    _Atomic uint64_t counts[HTTP_HANDSHAKE_KINDS];
};

// How the line of each kind begins, and what it leaves the operator to do.
static const struct {
    const char *event, *advice;
} words[HTTP_HANDSHAKE_KINDS] = {
    [HTTP_HANDSHAKE_NO_CERTIFICATE] = {"refused client", "give it a certificate and a key"},
    [HTTP_HANDSHAKE_EXPIRED] = {"refused client", "issue a new one, or set its clock"},
    [HTTP_HANDSHAKE_UNTRUSTED] = {"refused client", "is it of this fleet?"},
    [HTTP_HANDSHAKE_REVOKED] = {"refused client",
        "shut out by the operator, who may let it in again"},
    [HTTP_HANDSHAKE_DENIED] = {"refused client", "issue another"},
    [HTTP_HANDSHAKE_CROWDED] = {"refused client",
        "if many boards share it, give each its own, or raise max_connections_per_certificate"},
    [HTTP_HANDSHAKE_DISTRUSTED] = {"client refuses this server's certificate",
        "does it have the right CA, a name that is in the certificate, and the time?"},
    [HTTP_HANDSHAKE_PROTOCOL] = {"handshake failed", "this server needs TLS 1.2 or 1.3"},
    [HTTP_HANDSHAKE_BROKEN] = {"handshake failed",
        "a lost connection, a probe, or a client that says nothing when it refuses a certificate"},
};

// What GnuTLS returned; what is not here is an error of protocol, with an alert of GnuTLS's choice.
static const struct failure {
    int code;
    enum http_handshake_kind kind;
    int alert;          // -1: GnuTLS's choice, -2: none
    const char *reason; // NULL: GnuTLS's words
} failures[] = {
    {GNUTLS_E_NO_CERTIFICATE_FOUND, HTTP_HANDSHAKE_NO_CERTIFICATE, GNUTLS_A_CERTIFICATE_REQUIRED,
        "no certificate"},
    {GNUTLS_E_CERTIFICATE_REQUIRED, HTTP_HANDSHAKE_NO_CERTIFICATE, GNUTLS_A_CERTIFICATE_REQUIRED,
        "no certificate"},
    {GNUTLS_E_CERTIFICATE_ERROR, HTTP_HANDSHAKE_DENIED, GNUTLS_A_BAD_CERTIFICATE,
        "certificate cannot be read"},
    {GNUTLS_E_PK_SIG_VERIFY_FAILED, HTTP_HANDSHAKE_DENIED, GNUTLS_A_DECRYPT_ERROR,
        "the key is not its certificate's"},
    // OpenSSL sends the alert by which it refuses a server in plain text also with TLS 1.3.
    {GNUTLS_E_DECRYPTION_FAILED, HTTP_HANDSHAKE_DISTRUSTED, -1,
        "what it sends cannot be decrypted: most likely such an alert"},
    {GNUTLS_E_PREMATURE_TERMINATION, HTTP_HANDSHAKE_BROKEN, -2, "the connection ended"},
    {GNUTLS_E_PULL_ERROR, HTTP_HANDSHAKE_BROKEN, -2, "the connection broke"},
    {GNUTLS_E_PUSH_ERROR, HTTP_HANDSHAKE_BROKEN, -2, "the connection broke"},
    {GNUTLS_E_UNSUPPORTED_VERSION_PACKET, HTTP_HANDSHAKE_PROTOCOL, GNUTLS_A_PROTOCOL_VERSION,
        "no version of TLS in common"},
    {GNUTLS_E_HANDSHAKE_TOO_LARGE, HTTP_HANDSHAKE_DENIED, GNUTLS_A_BAD_CERTIFICATE,
        "a message, such as its certificates, is longer than " HTTP_TLS_MESSAGE_TEXT " bytes"},
    {GNUTLS_E_NO_CIPHER_SUITES, HTTP_HANDSHAKE_PROTOCOL, GNUTLS_A_HANDSHAKE_FAILURE,
        "no cipher suite in common"},
};

// By the code of a refusal; what is not here is ERR_INVALID.
static const struct refusal {
    int code;
    enum http_handshake_kind kind;
    gnutls_alert_description_t alert;
} refusals[] = {
    {ERR_EXPIRED, HTTP_HANDSHAKE_EXPIRED, GNUTLS_A_CERTIFICATE_EXPIRED},
    {ERR_UNTRUSTED, HTTP_HANDSHAKE_UNTRUSTED, GNUTLS_A_UNKNOWN_CA},
    {ERR_REVOKED, HTTP_HANDSHAKE_REVOKED, GNUTLS_A_CERTIFICATE_REVOKED},
    {ERR_DENIED, HTTP_HANDSHAKE_DENIED, GNUTLS_A_ACCESS_DENIED},
    {ERR_CONFLICT, HTTP_HANDSHAKE_CROWDED, GNUTLS_A_ACCESS_DENIED},
    {ERR_NO_MEMORY, HTTP_HANDSHAKE_DENIED, GNUTLS_A_INTERNAL_ERROR},
    {ERR_INVALID, HTTP_HANDSHAKE_DENIED, GNUTLS_A_BAD_CERTIFICATE},
};

static int (*find_own(void))(gnutls_session_t session)
{
    void *own = dlsym(RTLD_NEXT, "gnutls_handshake");
    int (*function)(gnutls_session_t session);

    // By dlsym(3) a function comes as a pointer to an object.
    memcpy(&function, &own, sizeof own);
    return function;
}

int http_handshake_new(struct http_turns *turns, struct http_handshake **out, struct err *err)
{
    struct http_handshake *handshake = calloc(1, sizeof *handshake);

    if (handshake == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for TLS");
    handshake->turns = turns;
    handshake->handshake = find_own();
    if (handshake->handshake == NULL) {
        free(handshake);
        return err_set(err, ERR_UNAVAILABLE, "GnuTLS lacks a function: %s", dlerror());
    }
    *out = handshake;
    return 0;
}

void http_handshake_free(struct http_handshake *handshake)
{
    free(handshake);
}

static int fd_of(gnutls_session_t session)
{
    const struct http_tls_link *link = gnutls_transport_get_ptr(session);

    return link->fd;
}

static void note(struct http_handshake *handshake, gnutls_session_t session,
    enum http_handshake_kind kind, const char *reason)
{
    uint64_t total = ++handshake->counts[kind];
    char address[HTTP_ADDRESS_TEXT_SIZE];

    if (!pace_is_due(&handshake->paces[kind], LOG_INTERVAL_MS))
        return;
    http_addresses_format_peer(fd_of(session), address);
    log_info("http", "%s address=%s reason=\"%s\" total=%llu: %s", words[kind].event, address,
        reason, (unsigned long long)total, words[kind].advice);
}

int http_handshake_refuse(
    struct http_handshake *handshake, gnutls_session_t session, const struct err *err)
{
    const struct refusal *r = refusals;

    while (r->code != err->code && r->code != ERR_INVALID)
        r++;
    note(handshake, session, r->kind, err->message);
    return GNUTLS_E_APPLICATION_ERROR_MAX - (int)r->alert;
}

// The alert that http_handshake_refuse() chose, or -1.
static int refusal_alert(int code)
{
    return code <= GNUTLS_E_APPLICATION_ERROR_MAX && code >= GNUTLS_E_APPLICATION_ERROR_MIN
               ? GNUTLS_E_APPLICATION_ERROR_MAX - code
               : -1;
}

// Whether an alert is about the certificate of who receives it.
static bool is_distrust(gnutls_alert_description_t alert)
{
    switch (alert) {
    case GNUTLS_A_BAD_CERTIFICATE:
    case GNUTLS_A_UNSUPPORTED_CERTIFICATE:
    case GNUTLS_A_CERTIFICATE_REVOKED:
    case GNUTLS_A_CERTIFICATE_EXPIRED:
    case GNUTLS_A_CERTIFICATE_UNKNOWN:
    case GNUTLS_A_UNKNOWN_CA:
    case GNUTLS_A_ACCESS_DENIED:
    case GNUTLS_A_DECRYPT_ERROR: return true;
    default: return false;
    }
}

static void note_alert(struct http_handshake *handshake, gnutls_session_t session)
{
    gnutls_alert_description_t alert = gnutls_alert_get(session);
    const char *name = gnutls_alert_get_name(alert);
    char reason[REASON_SIZE];

    snprintf(reason, sizeof reason, "it sends alert %d, %s", (int)alert,
        name != NULL ? name : "unknown");
    note(handshake, session,
        is_distrust(alert) ? HTTP_HANDSHAKE_DISTRUSTED : HTTP_HANDSHAKE_PROTOCOL, reason);
}

// Closing a socket with unread bytes resets the connection, and the alert may be lost.
static void drain(int fd)
{
    char bytes[4096];

    for (int i = 0; i < DRAIN_READS && recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0; i++)
        ;
}

static void send_alert(gnutls_session_t session, int code, int alert)
{
    bool is_old = gnutls_protocol_get_version(session) != GNUTLS_TLS1_3;

    if (alert == GNUTLS_A_CERTIFICATE_REQUIRED && is_old) // which has no such alert
        alert = GNUTLS_A_HANDSHAKE_FAILURE;

    int rc = alert >= 0
                 ? gnutls_alert_send(session, GNUTLS_AL_FATAL, (gnutls_alert_description_t)alert)
                 : gnutls_alert_send_appropriate(session, code);

    if (rc >= 0) // a client that reads nothing gets none
        drain(fd_of(session));
}

static void fail(struct http_handshake *handshake, gnutls_session_t session, int code)
{
    struct failure failure = {code, HTTP_HANDSHAKE_PROTOCOL, -1, NULL};

    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        if (failures[i].code == code)
            failure = failures[i];
    }
    note(handshake, session, failure.kind,
        failure.reason != NULL ? failure.reason : gnutls_strerror(code));
    if (failure.alert != -2)
        send_alert(session, code, failure.alert);
}

// An alert in place of a certificate is no certificate to GnuTLS.
static bool is_alert(gnutls_session_t session, int code)
{
    return code == GNUTLS_E_FATAL_ALERT_RECEIVED || code == GNUTLS_E_WARNING_ALERT_RECEIVED ||
           (code == GNUTLS_E_NO_CERTIFICATE_FOUND &&
               gnutls_alert_get(session) != GNUTLS_A_CLOSE_NOTIFY);
}

// In place of GnuTLS's own, which this one calls; so only libmicrohttpd calls this.
int gnutls_handshake(gnutls_session_t session)
{
    struct http_handshake *handshake = http_tls_handshake(session);

    if (handshake == NULL) // not ours, or no memory when it began
        return find_own()(session);

    http_turns_begin(handshake->turns);

    int code = handshake->handshake(session);

    http_turns_end(handshake->turns);
    if (code == GNUTLS_E_SUCCESS)
        code = http_connection_admit(session);
    else if (code == GNUTLS_E_AGAIN)
        http_connection_wait_handshake(session);
    if (code == GNUTLS_E_SUCCESS || code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
        return code;
    if (refusal_alert(code) >= 0)
        send_alert(session, code, refusal_alert(code));
    else if (is_alert(session, code))
        note_alert(handshake, session);
    else
        fail(handshake, session, code);
    return code;
}

uint64_t http_handshake_count(struct http_handshake *handshake, enum http_handshake_kind kind)
{
    return handshake->counts[kind];
}
