// URLs that webhooks are sent to.
#include "server/webhook/webhook_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/webhook/webhook_address.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool is_port(const char *text)
{
    size_t n = strspn(text, DIGITS);
    long port = n > 0 && n <= 5 && text[n] == '\0' ? strtol(text, NULL, 10) : 0;

    return port >= 1 && port <= 65535 && text[0] != '0';
}

// "[::1]" or "[::1]:443"; where its port begins, or NULL.
static const char *read_brackets(const char *authority, struct webhook_url *out)
{
    const char *end = strchr(authority, ']');
    struct webhook_address address;
    size_t n = end == NULL ? 0 : (size_t)(end - authority) - 1;

    if (n == 0 || n >= sizeof out->host)
        return NULL;
    memcpy(out->host, authority + 1, n);
    out->host[n] = '\0';
    if (strchr(out->host, ':') == NULL || !webhook_address_parse(out->host, &address))
        return NULL;
    return end + 1;
}

static const char *read_host(const char *authority, struct webhook_url *out)
{
    size_t n = strcspn(authority, ":");

    if (authority[0] == '[')
        return read_brackets(authority, out);
    if (n == 0 || n >= sizeof out->host || strspn(authority, LETTERS DIGITS "-.") != n ||
        authority[0] == '.' || authority[0] == '-')
        return NULL;
    memcpy(out->host, authority, n);
    out->host[n] = '\0';
    return authority + n;
}

static int read_authority(const char *authority, struct webhook_url *out, struct err *err)
{
    const char *port;

    if (strchr(authority, '@') != NULL)
        return err_set(err, ERR_INVALID, "the URL has a user: take that out");
    port = read_host(authority, out);
    if (port == NULL)
        return err_set(err, ERR_INVALID, "the URL has no good host");
    if (port[0] != '\0' && (port[0] != ':' || !is_port(port + 1)))
        return err_set(err, ERR_INVALID, "the URL has no good port");
    snprintf(out->origin, sizeof out->origin, "http%s://%s", out->has_tls ? "s" : "", authority);
    return 0;
}

int webhook_url_parse(const char *text, struct webhook_url *out, struct err *err)
{
    struct webhook_url url = {.has_tls = strncmp(text, "https://", 8) == 0};
    char authority[WEBHOOK_URL_HOST_SIZE + 8];
    const char *p = text + (url.has_tls ? 8 : 7);
    size_t n;
    int rc;

    if (!url.has_tls && strncmp(text, "http://", 7) != 0)
        return err_set(err, ERR_INVALID, "the URL has to begin with https://");
    if (strlen(text) >= WEBHOOK_URL_SIZE)
        return err_set(err, ERR_INVALID, "the URL has more than %d bytes", WEBHOOK_URL_SIZE - 1);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~' || strchr("\"'\\#<>^`{|}", *c) != NULL)
            return err_set(err, ERR_INVALID, "the URL has a character that it must not have");
    }
    n = strcspn(p, "/?");
    if (n >= sizeof authority)
        return err_set(err, ERR_INVALID, "the URL has no good host");
    memcpy(authority, p, n);
    authority[n] = '\0';
    rc = read_authority(authority, &url, err);
    if (rc == 0)
        *out = url;
    return rc;
}
