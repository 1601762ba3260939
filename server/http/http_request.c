// What a handler may ask of a request.
#include "server/http/http_addresses.h"
#include "server/http/http_connection.h"
#include "server/http/http_internal.h"

#include <gnutls/gnutls.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum http_method http_request_method(const struct http_request *request)
{
    return request->method;
}

const char *http_request_segment(const struct http_request *request, size_t i)
{
    return i < HTTP_ROUTE_SEGMENTS_MAX ? request->match.segments[i] : "";
}

struct query_search {
    const char *name;
    const char *first;
    void (*each)(const char *value, void *ctx);
    void *ctx;
};

static enum MHD_Result visit(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct query_search *search = cls;

    (void)kind;
    if (strcmp(key, search->name) != 0)
        return MHD_YES;
    if (value == NULL)
        value = "";
    if (search->each != NULL) {
        search->each(value, search->ctx);
        return MHD_YES;
    }
    search->first = value;
    return MHD_NO;
}

const char *http_request_query(const struct http_request *request, const char *name)
{
    struct query_search search = {.name = name};

    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, visit, &search);
    return search.first;
}

void http_request_each_query(const struct http_request *request, const char *name,
    void (*each)(const char *value, void *ctx), void *ctx)
{
    struct query_search search = {.name = name, .each = each, .ctx = ctx};

    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, visit, &search);
}

struct parameter_visit {
    void (*each)(const char *name, const char *value, void *ctx);
    void *ctx;
};

static enum MHD_Result visit_any(
    void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
    const struct parameter_visit *visitor = cls;

    (void)kind;
    visitor->each(key, value != NULL ? value : "", visitor->ctx);
    return MHD_YES;
}

void http_request_each_parameter(const struct http_request *request,
    void (*each)(const char *name, const char *value, void *ctx), void *ctx)
{
    struct parameter_visit visitor = {each, ctx};

    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, visit_any, &visitor);
}

const struct http_route *http_request_route(const struct http_request *request)
{
    return request->match.route;
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result visit_header(
    void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct query_search *search = cls;

    (void)kind;
    if (strcasecmp(key, search->name) == 0)
        search->each(value != NULL ? value : "", search->ctx);
    return MHD_YES;
}

void http_request_each_header(const struct http_request *request, const char *name,
    void (*each)(const char *value, void *ctx), void *ctx)
{
    struct query_search search = {.name = name, .each = each, .ctx = ctx};

    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, visit_header, &search);
}

void http_request_attach(const struct http_request *request, void *own)
{
    ((struct http_request *)(uintptr_t)request)->attached = own; // it is lent as constant only
}

void *http_request_attached(const struct http_request *request)
{
    return request->attached;
}

const uint8_t *http_request_body(const struct http_request *request, size_t *n)
{
    *n = request->body_size;
    return request->body;
}

const char *http_request_peer_fingerprint(const struct http_request *request)
{
    size_t n;
    const uint8_t *der = http_request_peer_certificate(request, &n);

    return der != NULL ? http_connection_fingerprint(request->connection, der, n) : NULL;
}

const uint8_t *http_request_peer_certificate(const struct http_request *request, size_t *n)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned count = 0;
    const gnutls_datum_t *chain;

    *n = 0;
    if (info == NULL || info->tls_session == NULL)
        return NULL;
    chain = gnutls_certificate_get_peers(info->tls_session, &count);
    if (chain == NULL || count == 0)
        return NULL;
    *n = chain[0].size;
    return chain[0].data;
}

void http_request_peer(const struct http_request *request, char out[HTTP_REQUEST_PEER_SIZE])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    http_addresses_format_network(info->connect_fd, out);
}

bool http_request_process(const struct http_request *request, struct http_request_process *out)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct ucred peer = {0};
    socklen_t peer_n = sizeof peer;
    int family = AF_UNSPEC;
    socklen_t family_n = sizeof family;

    if (getsockopt(info->connect_fd, SOL_SOCKET, SO_DOMAIN, &family, &family_n) < 0 ||
        family != AF_UNIX ||
        getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_n) < 0)
        return false;
    *out = (struct http_request_process){peer.uid, peer.pid};
    return true;
}
