// TLS to a server, by its key.
#include "server/ctl/client_tls.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/ctl/client_explain.h"

#define CONNECT_TIMEOUT_MS 5000L
#define PROBE_TIMEOUT_MS 10000L
#define KEEPALIVE_S 30L

// What both have in common. No store of CAs is read, which takes longer than all the rest.
static bool set_up_tls(CURL *curl)
{
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAINFO, NULL) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S) == CURLE_OK;
}

int client_tls_set_up(CURL *curl, const char *pin, struct err *err)
{
    char digits[KEY_PIN_SIZE];
    char wanted[KEY_PIN_SIZE + 16];

    if (key_pin_parse(pin, digits, err) < 0)
        return err_context(err, "no key is pinned");
    snprintf(wanted, sizeof wanted, "sha256//%s=", digits + strlen("SHA256:"));
    if (!set_up_tls(curl) || curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, wanted) != CURLE_OK)
        return err_set(err, ERR_IO, "this libcurl cannot pin a server's key");
    return 0;
}

// The leaf's, from what curl kept of the handshake.
static int read_pin(CURL *curl, char pin[KEY_PIN_SIZE], struct err *err)
{
    static const char name[] = "Cert:";
    struct curl_certinfo *info = NULL;
    struct certificate *certificate;
    const char *pem = NULL;
    int rc;

    curl_easy_getinfo(curl, CURLINFO_CERTINFO, &info);
    if (info == NULL || info->num_of_certs < 1)
        return err_set(err, ERR_UNAVAILABLE, "it showed no certificate");
    for (const struct curl_slist *at = info->certinfo[0]; at != NULL; at = at->next) {
        if (strncmp(at->data, name, sizeof name - 1) == 0)
            pem = at->data + sizeof name - 1;
    }
    if (pem == NULL)
        return err_set(err, ERR_UNAVAILABLE, "it showed no certificate");
    rc = certificate_from_pem((const uint8_t *)pem, strlen(pem), &certificate, err);
    if (rc < 0)
        return rc;
    rc = key_pin_of(certificate, pin, err);
    certificate_free(certificate);
    return rc;
}

static int probe(CURL *curl, const char *url, char pin[KEY_PIN_SIZE], struct err *err)
{
    struct client_target target = {0};
    CURLcode code;

    snprintf(target.server.url, sizeof target.server.url, "%s", url);
    if (!set_up_tls(curl) || curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L) != CURLE_OK)
        return err_set(err, ERR_IO, "this libcurl cannot look at a server's key");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, PROBE_TIMEOUT_MS);
    code = curl_easy_perform(curl);
    return code != CURLE_OK ? client_explain_failure(curl, code, &target, err)
                            : read_pin(curl, pin, err);
}

int client_tls_probe(const char *url, char pin[KEY_PIN_SIZE], struct err *err)
{
    CURL *curl = curl_easy_init();
    int rc = curl == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for a connection")
                          : probe(curl, url, pin, err);

    curl_easy_cleanup(curl);
    return rc;
}

// Nothing is sent to whoever has the other key.
int client_tls_explain(
    CURL *curl, CURLcode code, const struct client_target *target, struct err *err)
{
    char shown[KEY_PIN_SIZE];
    int rc;

    if (code != CURLE_SSL_PINNEDPUBKEYNOTMATCH || target->socket != NULL)
        return client_explain_failure(curl, code, target, err);
    rc = client_tls_probe(target->server.url, shown, NULL);
    return client_explain_key(&target->server, target->name, rc == 0 ? shown : NULL, err);
}
