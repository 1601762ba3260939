// Addresses and names of servers.
#include "server/ctl/server_url.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#define PORT_USUAL "443"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define NAME_CHARACTERS LETTERS "._-"

bool server_url_is_meant(const char *word)
{
    return strstr(word, "://") != NULL;
}

bool server_url_is_name(const char *word)
{
    size_t n = strlen(word);

    return n > 0 && n < SERVER_NAME_SIZE && strspn(word, NAME_CHARACTERS) == n &&
           strspn(word, LETTERS) > 0 && (n < 4 || strcmp(word + n - 4, ".tmp") != 0);
}

// Whether the address has a part that it may not have.
static bool has_more(CURLU *url)
{
    static const CURLUPart parts[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
        CURLUPART_QUERY, CURLUPART_FRAGMENT, CURLUPART_ZONEID};
    char *text = NULL;
    bool more = false;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        more |= curl_url_get(url, parts[i], &text, 0) == CURLUE_OK;
        curl_free(text);
        text = NULL;
    }
    more |= curl_url_get(url, CURLUPART_PATH, &text, 0) != CURLUE_OK || strcmp(text, "/") != 0;
    curl_free(text);
    return more;
}

static bool is_plain(const char *host)
{
    for (; *host != '\0'; host++) {
        if (!isalnum((unsigned char)*host) && strchr(".-_[]:", *host) == NULL)
            return false;
    }
    return true;
}

// False if it does not fit.
static bool format(const char *host, const char *port, char out[SERVER_URL_SIZE])
{
    bool is_usual = strcmp(port, PORT_USUAL) == 0;
    size_t n = (size_t)snprintf(
        out, SERVER_URL_SIZE, "https://%s%s%s", host, is_usual ? "" : ":", is_usual ? "" : port);

    for (char *c = out; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return n < SERVER_URL_SIZE;
}

static bool normalize(CURLU *url, const char *text, char out[SERVER_URL_SIZE])
{
    char *scheme = NULL;
    char *host = NULL;
    char *port = NULL;
    bool ok = curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
              curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              strcmp(scheme, "https") == 0 && !has_more(url) &&
              curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK && host[0] != '\0' &&
              is_plain(host) &&
              curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              format(host, port, out);

    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    return ok;
}

int server_url_normalize(const char *text, char out[SERVER_URL_SIZE], struct err *err)
{
    char found[SERVER_URL_SIZE];
    CURLU *url = curl_url();
    bool ok = url != NULL && normalize(url, text, found);

    curl_url_cleanup(url);
    if (!ok)
        return err_set(err, ERR_INVALID,
            "\"%.200s\" is no address of a server: https://HOST[:PORT], and nothing more", text);
    snprintf(out, SERVER_URL_SIZE, "%s", found);
    return 0;
}

void server_url_to_name(const char *url, char out[SERVER_NAME_SIZE])
{
    const char *host = url + strlen("https://");
    const char *end = host[0] == '[' ? strchr(host, ']') : strchr(host, ':');
    size_t n = end != NULL ? (size_t)(end - host) : strlen(host);

    if (host[0] == '[') {
        host++;
        n--;
    }
    snprintf(out, SERVER_NAME_SIZE, "%.*s", (int)n, host);
    for (char *c = out; *c != '\0'; c++)
        *c = strchr(NAME_CHARACTERS, *c) != NULL ? *c : '-';
    if (!server_url_is_name(out))
        snprintf(out, SERVER_NAME_SIZE, "server");
}
