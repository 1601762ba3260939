// What OpenSSL knows of a handshake with the broker.
#include "server/mqtt/mqtt_tls_note.h"

#include <dlfcn.h>
#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>

#define NAME_SIZE 128
#define REASON_SIZE 64

#define ANEW "issue it again with 'secureesp pki server'"
#define ITS_LOG "the broker's log says why"

static const struct {
    int alert;
    const char *advice;
} advices[] = {
    {SSL_AD_HANDSHAKE_FAILURE,
        "they have no cipher suite, group or kind of key in common, or it saw no certificate: look "
        "at ciphers in the broker's configuration"},
    {SSL_AD_NO_CERTIFICATE, "it saw no certificate of this daemon's: " ANEW},
    {SSL_AD_CERTIFICATE_REQUIRED, "it saw no certificate of this daemon's: " ANEW},
    {SSL_AD_BAD_CERTIFICATE, "it refuses this daemon's certificate: " ANEW},
    {SSL_AD_UNSUPPORTED_CERTIFICATE, "this daemon's certificate is not for clients: " ANEW},
    {SSL_AD_CERTIFICATE_REVOKED, "the broker's crlfile names this daemon's certificate: " ANEW},
    {SSL_AD_CERTIFICATE_EXPIRED,
        "this daemon's certificate has expired by the broker's clock: " ANEW ", or set that clock"},
    {SSL_AD_CERTIFICATE_UNKNOWN, "it refuses this daemon's certificate: " ANEW},
    {SSL_AD_UNKNOWN_CA,
        "the broker's cafile lacks the CA that signed this daemon's certificate: give the broker "
        "our ca.crt, or this daemon a certificate of its CA"},
    {SSL_AD_ACCESS_DENIED, "it does not let this daemon in: " ITS_LOG},
    {SSL_AD_DECRYPT_ERROR, "this daemon's key is not its certificate's: " ANEW},
    {SSL_AD_PROTOCOL_VERSION,
        "this daemon speaks TLS 1.2 and 1.3: look at tls_version in the broker's configuration"},
    {SSL_AD_INSUFFICIENT_SECURITY,
        "look at ciphers in the broker's configuration, which requires stronger ones"},
    {SSL_AD_UNRECOGNIZED_NAME, "the broker does not know the name that host in [mqtt] has"},
};

const char *mqtt_tls_note_advice(int alert)
{
    for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++) {
        if (advices[i].alert == alert)
            return advices[i].advice;
    }
    return ITS_LOG;
}

static _Thread_local struct mqtt_tls_note *expected;

static struct mqtt_tls_note *note_of(const SSL *ssl)
{
    return SSL_get_app_data(ssl);
}

// As SSL_verify_cb.
static int verify(int ok, X509_STORE_CTX *ctx)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct mqtt_tls_note *note = note_of(ssl);
    X509 *x509 = X509_STORE_CTX_get_current_cert(ctx);
    char name[NAME_SIZE] = "";

    if (!ok && note->text[0] == '\0') {
        if (x509 != NULL)
            X509_NAME_oneline(X509_get_subject_name(x509), name, sizeof name);
        snprintf(note->text, sizeof note->text, "the broker shows the certificate %s: %s", name,
            X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
    }
    return note->verify != NULL ? note->verify(ok, ctx) : ok;
}

static void see(const SSL *ssl, int where, int code)
{
    struct mqtt_tls_note *note = note_of(ssl);

    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && code >> 8 == SSL3_AL_FATAL &&
        note->text[0] == '\0')
        snprintf(note->text, sizeof note->text,
            "the broker ends the handshake with alert %d, %s: %s", code & 0xff,
            SSL_alert_desc_string_long(code), mqtt_tls_note_advice(code & 0xff));
    if (where == SSL_CB_CONNECT_LOOP && SSL_get_state(ssl) == TLS_ST_CR_SRVR_HELLO)
        note->has_hello = true;
}

void mqtt_tls_note_watch(struct mqtt_tls_note *note, SSL *ssl)
{
    if (note_of(ssl) != NULL)
        return;
    note->verify = SSL_get_verify_callback(ssl);
    SSL_set_app_data(ssl, note);
    SSL_set_verify(ssl, SSL_get_verify_mode(ssl), verify);
    SSL_set_info_callback(ssl, see);
}

void mqtt_tls_note_expect(struct mqtt_tls_note *note)
{
    expected = note;
}

typedef int connect_function(SSL *ssl);

// In place of OpenSSL's own, which this one calls; only libmosquitto calls this.
int SSL_connect(SSL *ssl)
{
    void *own = dlsym(RTLD_NEXT, "SSL_connect");
    connect_function *function;

    if (own == NULL)
        return -1;
    if (expected != NULL)
        mqtt_tls_note_watch(expected, ssl);
    // By dlsym(3) a function comes as a pointer to an object.
    memcpy(&function, &own, sizeof own);
    return function(ssl);
}

// strerror(EPROTO), in any thread.
static const char *protocol_error(char text[REASON_SIZE])
{
    errno = EPROTO;
    snprintf(text, REASON_SIZE, "%m");
    return text;
}

// Whether the connection was broken off, by what libmosquitto says: EPROTO and nothing of
// OpenSSL's, or, once the broker has spoken TLS, that it is lost.
static bool is_broken_off(const struct mqtt_tls_note *note, const char *reason)
{
    char what[REASON_SIZE];

    if (strcmp(reason, protocol_error(what)) == 0)
        return true;
    return note->has_hello && (strcmp(reason, mosquitto_strerror(MOSQ_ERR_CONN_LOST)) == 0 ||
                                  strcmp(reason, mosquitto_strerror(MOSQ_ERR_TLS)) == 0 ||
                                  strstr(reason, "unexpected eof") != NULL);
}

void mqtt_tls_note_append(const struct mqtt_tls_note *note, char *reason, size_t size)
{
    const char *text = note->text;
    size_t n = strlen(reason);

    // Its alert is lost if the system ends the connection before it is read.
    if (text[0] == '\0' && is_broken_off(note, reason))
        text = "before the broker answered: " ITS_LOG ", often that it refuses the certificate";
    if (text[0] != '\0')
        snprintf(reason + n, size - n, "%s%s", n > 0 ? ": " : "", text);
}
