// What OpenSSL knows of a handshake with the broker.
#include "server/mqtt/mqtt_tls_note.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>

#define NAME_SIZE 128

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
            "the broker ends the handshake with alert %d, %s: it is about this daemon's "
            "certificate, or its key or TLS version",
            code & 0xff, SSL_alert_desc_string_long(code));
}

void mqtt_tls_note_watch(struct mqtt_tls_note *note, SSL *ssl)
{
    note->verify = SSL_get_verify_callback(ssl);
    SSL_set_app_data(ssl, note);
    SSL_set_verify(ssl, SSL_get_verify_mode(ssl), verify);
    SSL_set_info_callback(ssl, see);
}

void mqtt_tls_note_append(const struct mqtt_tls_note *note, char *reason, size_t size)
{
    size_t n = strlen(reason);

    if (note->text[0] != '\0')
        snprintf(reason + n, size - n, "%s%s", n > 0 ? ": " : "", note->text);
}
