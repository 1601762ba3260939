// Why a request failed, for people.
#include "server/ctl/client_explain.h"

#include <errno.h>
#include <string.h>

#define UNAUTHORIZED 401 // RFC 9110, 15.5.2

static long number_of(CURL *curl)
{
    long number = 0;

    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
    return number;
}

static int explain_connect(CURL *curl, const char *socket, struct err *err)
{
    long number = number_of(curl);

    if (number == EACCES || number == EPERM)
        return err_set(err, ERR_DENIED,
            "not allowed to talk to the daemon at %s: join the group secureesp (sudo adduser "
            "NAME secureesp) and log in again",
            socket);
    if (number == ENOENT)
        return err_set(err, ERR_UNAVAILABLE,
            "no daemon at %s: is secureespd running (systemctl status secureespd), and is this its "
            "socket (--socket)? Of another machine: --server NAME",
            socket);
    if (number == 0)
        number = ENOTCONN;
    errno = (int)number;
    return err_set(err, ERR_UNAVAILABLE,
        "cannot reach the daemon at %s: %m; is secureespd running (systemctl status secureespd)?",
        socket);
}

static int explain_socket(CURL *curl, CURLcode code, const char *socket, struct err *err)
{
    switch (code) {
    case CURLE_COULDNT_CONNECT: return explain_connect(curl, socket, err);
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(err, ERR_UNAVAILABLE,
            "the daemon at %s does not answer; its log says why (journalctl -u secureespd)",
            socket);
    default:
        return err_set(err, ERR_UNAVAILABLE,
            "the connection to the daemon at %s failed: %s; its log says why (journalctl -u "
            "secureespd)",
            socket, curl_easy_strerror(code));
    }
}

static int explain_unreachable(CURL *curl, const char *url, struct err *err)
{
    long number = number_of(curl);

    errno = number == 0 ? ENOTCONN : (int)number;
    return err_set(err, ERR_UNAVAILABLE,
        "cannot reach the server at %s: %m; does secureespd run there, with [operator] in its "
        "configuration?",
        url);
}

int client_explain_key(
    const struct server_record *server, const char *name, const char *shown, struct err *err)
{
    return err_set(err, ERR_UNTRUSTED,
        "ANOTHER KEY at %s: %s, where %s was pinned. Somebody may be in between; nothing was sent. "
        "If its operator has changed the key: secureesp --server %s login --fingerprint SHA256:... "
        "with what `secureesp status` on that machine prints",
        server->url, shown != NULL ? shown : "not the same", server->pin, name);
}

static int explain_server(
    CURL *curl, CURLcode code, const struct client_target *target, struct err *err)
{
    const char *url = target->server.url;

    switch (code) {
    case CURLE_COULDNT_CONNECT: return explain_unreachable(curl, url, err);
    case CURLE_COULDNT_RESOLVE_HOST:
        return err_set(err, ERR_UNAVAILABLE, "no address is known for the host of %s", url);
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(err, ERR_UNAVAILABLE,
            "the server at %s does not answer; is a firewall in between?", url);
    case CURLE_SSL_CONNECT_ERROR:
        return err_set(err, ERR_UNAVAILABLE,
            "the server at %s does not speak TLS as it should: is this the port of [operator]?",
            url);
    default:
        return err_set(err, ERR_UNAVAILABLE,
            "the connection to the server at %s failed: %s; the daemon's log there says why", url,
            curl_easy_strerror(code));
    }
}

int client_explain_failure(
    CURL *curl, CURLcode code, const struct client_target *target, struct err *err)
{
    if (code == CURLE_WRITE_ERROR)
        return err_set(err, ERR_IO, "cannot store or write the daemon's answer");
    return target->socket != NULL ? explain_socket(curl, code, target->socket, err)
                                  : explain_server(curl, code, target, err);
}

static int code_from_name(const char *name)
{
    for (int code = ERR_INVALID; code >= ERR_BUSY; code--) {
        if (strcmp(err_code_name(code), name) == 0)
            return code;
    }
    return ERR_IO;
}

int client_explain_refusal(CURL *curl, const struct client_refusal *refusal,
    const struct client_target *target, struct err *err)
{
    const char *name;
    const char *detail;
    long status = 0;
    json_t *reply =
        json_loadb(refusal->p != NULL ? refusal->p : "", refusal->n, JSON_ALLOW_NUL, NULL);
    int rc;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == UNAUTHORIZED && target->socket == NULL && target->server.token[0] != '\0')
        rc = err_set(err, ERR_NOBODY, "your log-in at %s has ended: secureesp --server %s login",
            target->name, target->name);
    else if (json_unpack(reply, "{s:s, s:{s:s}}", "detail", &detail, "error", "code", &name) == 0)
        rc = err_set(err, code_from_name(name), "%s", detail);
    else
        rc = err_set(err, ERR_IO, "the daemon answered with HTTP status %ld and no reason", status);
    if (refusal->reply != NULL)
        *refusal->reply = json_incref(reply);
    json_decref(reply);
    return rc;
}
