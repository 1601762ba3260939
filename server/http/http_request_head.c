// What libmicrohttpd lets through of a request's head, and should not.
#include "server/http/http_request_head.h"

#include <string.h>
#include <strings.h>

// libmicrohttpd parses in place: it overwrites each end of a line and each colon by NULs and leaves
// all else where it came. So the parts that it found must lie one behind the other; where they do
// not, something is hidden between them: a NUL, a folded line, a line that ends without CR.
struct walk {
    const char *next; // where the next header must begin
    bool torn;        // something else stands there
    bool bad_name;
    bool bad_value;
    size_t hosts, lengths, codings;
    bool bad_length;
    bool huge_length;
    bool has_body;
    bool is_chunked;
};

// RFC 9110, 5.6.2.
static bool is_token(const char *text, size_t n)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

        if (!is_plain && (c == '\0' || strchr(others, c) == NULL))
            return false;
    }
    return n > 0;
}

// RFC 9110, 5.5: no control characters but the tabulator.
static bool is_value(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

bool http_request_head_target_is_text(const char *target, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (target[i] <= ' ' || target[i] >= 0x7f) // above 0x7f: negative, or more
            return false;
    }
    return true;
}

bool http_request_head_length_is_number(const char *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (value[i] < '0' || value[i] > '9')
            return false;
    }
    return n > 0;
}

static bool is_named(const char *name, size_t n, const char *expected)
{
    return n == strlen(expected) && strncasecmp(name, expected, n) == 0;
}

bool http_request_head_coding_is_chunked(const char *value, size_t n)
{
    return is_named(value, n, "chunked");
}

static void note_framing(
    struct walk *walk, const char *name, size_t name_n, const char *value, size_t value_n)
{
    if (is_named(name, name_n, MHD_HTTP_HEADER_HOST)) {
        walk->hosts++;
    } else if (is_named(name, name_n, MHD_HTTP_HEADER_CONTENT_LENGTH)) {
        walk->lengths++;
        walk->bad_length = walk->bad_length || !http_request_head_length_is_number(value, value_n);
        walk->huge_length = walk->huge_length || value_n > HTTP_REQUEST_HEAD_LENGTH_DIGITS_MAX;
        walk->has_body = walk->has_body || value_n != 1 || value[0] != '0';
    } else if (is_named(name, name_n, MHD_HTTP_HEADER_TRANSFER_ENCODING)) {
        walk->codings++;
        walk->has_body = true;
        walk->is_chunked = http_request_head_coding_is_chunked(value, value_n);
    }
}

static enum MHD_Result visit(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_n,
    const char *value, size_t value_n)
{
    struct walk *walk = cls;

    (void)kind;
    if (name != walk->next || value <= name + name_n) {
        walk->torn = true;
        return MHD_NO;
    }
    walk->bad_name = walk->bad_name || !is_token(name, name_n);
    walk->bad_value = walk->bad_value || !is_value(value, value_n);
    note_framing(walk, name, name_n, value, value_n);
    walk->next = value + value_n + strlen("\r\n");
    return MHD_YES;
}

static bool line_is_whole(const struct http_request_head *head)
{
    return head->target == head->method + strlen(head->method) + 1 &&
           head->version == head->target + head->raw.length + 1;
}

static bool headers_are_whole(
    struct MHD_Connection *connection, const struct http_request_head *head, struct walk *walk)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    walk->next = head->version + strlen(head->version) + strlen("\r\n");
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, visit, walk);
    return info != NULL && !walk->torn &&
           walk->next + strlen("\r\n") == head->method + info->header_size;
}

bool http_request_head_check(struct MHD_Connection *connection,
    const struct http_request_head *head, struct http_request_head_fault *fault)
{
    struct walk walk = {0};
    bool is_whole = line_is_whole(head) && headers_are_whole(connection, head, &walk);
    bool is_old = strcmp(head->version, MHD_HTTP_VERSION_1_0) == 0;
    bool asks_only = (head->kind & (HTTP_GET | HTTP_HEAD)) != 0;

    // The first that holds is the fault.
    const struct {
        bool holds;
        struct http_request_head_fault fault;
    } rules[] = {
        {head->raw.length == 0, {400, "empty path"}},
        {!head->raw.is_text, {400, "path with bytes that must be percent-encoded"}},
        {!is_token(head->method, strlen(head->method)), {400, "malformed method"}},
        {!is_whole, {400, "a line of the head is folded, has a NUL, or ends without CR LF"}},
        {walk.bad_name, {400, "malformed header name"}},
        {walk.bad_value, {400, "control character in a header"}},
        {walk.hosts > 1, {400, "Host more than once"}},
        {walk.hosts == 0 && !is_old, {400, "Host is missing"}},
        {walk.lengths > 1, {400, "Content-Length more than once"}},
        {walk.bad_length, {400, "Content-Length is not a number"}},
        {walk.codings > 1, {400, "Transfer-Encoding more than once"}},
        {walk.codings > 0 && walk.lengths > 0, {400, "Content-Length and Transfer-Encoding"}},
        {walk.codings > 0 && is_old, {400, "Transfer-Encoding in HTTP/1.0"}},
        {walk.codings > 0 && !walk.is_chunked, {501, "Transfer-Encoding other than chunked"}},
        {walk.huge_length, {413, "body too large"}},
        {walk.has_body && asks_only, {400, "GET and HEAD have no body"}},
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].holds) {
            *fault = rules[i].fault;
            return false;
        }
    }
    return true;
}
