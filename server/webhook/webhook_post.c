// One message on its way.
#include "server/webhook/webhook_post.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/webhook/webhook_url.h"

#define ANSWER_MAX ((size_t)64 * 1024) // bytes of an answer's body, of which none is used

struct webhook_post {
    CURL *curl;
    struct curl_slist *headers;
    char *body;
    const struct webhook_allow *allow;
    bool has_tls;
    char refused[WEBHOOK_ERROR_SIZE]; // the address, and why
    size_t got;
};

#define UNKNOWN_KIND "an address of an unknown kind"

static void refuse(struct webhook_post *post, const char *address, const char *why)
{
    snprintf(post->refused, sizeof post->refused, "address %s is not allowed: %s", address, why);
}

// Called for each address that is tried.
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct webhook_post *post = ctx;
    struct webhook_address address;
    const char *why = UNKNOWN_KIND;
    char text[64] = "?";

    if (purpose == CURLSOCKTYPE_IPCXN && webhook_address_from(&to->addr, to->addrlen, &address))
        why = webhook_allow_refuse(post->allow, &address, post->has_tls);
    if (why == NULL)
        return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    (void)getnameinfo(&to->addr, to->addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    refuse(post, text, why);
    return CURL_SOCKET_BAD;
}

// Called before each request, also where a connection is used again: what may be sent where can be
// another thing by then.
static int judge_again(void *ctx, char *to, char *from, int to_port, int from_port)
{
    struct webhook_post *post = ctx;
    struct webhook_address address;
    const char *why = UNKNOWN_KIND;

    (void)from;
    (void)to_port;
    (void)from_port;
    if (webhook_address_parse(to, &address))
        why = webhook_allow_refuse(post->allow, &address, post->has_tls);
    if (why == NULL)
        return CURL_PREREQFUNC_OK;
    refuse(post, to, why);
    return CURL_PREREQFUNC_ABORT;
}

static size_t discard(char *p, size_t size, size_t count, void *ctx)
{
    struct webhook_post *post = ctx;

    (void)p;
    post->got += size * count;
    return post->got <= ANSWER_MAX ? size * count : 0;
}

static bool add_header(struct webhook_post *post, const char *name, const char *value)
{
    char line[256];
    struct curl_slist *headers;
    int n = snprintf(line, sizeof line, "%s: %s", name, value);

    headers = n > 0 && (size_t)n < sizeof line ? curl_slist_append(post->headers, line) : NULL;
    if (headers == NULL)
        return false;
    post->headers = headers;
    return true;
}

static bool add_headers(struct webhook_post *post, const struct webhook_post_order *order)
{
    char signature[WEBHOOK_SIGN_SIZE];
    char at[32];

    snprintf(at, sizeof at, "%lld", (long long)order->at_s);
    return webhook_sign_run(order->key, order->id, order->at_s, post->body, signature) == 0 &&
           add_header(post, "Content-Type", "application/json") && add_header(post, "Expect", "") &&
           add_header(post, "webhook-id", order->id) && add_header(post, "webhook-timestamp", at) &&
           add_header(post, "webhook-signature", signature);
}

#define SET(option, value) good = curl_easy_setopt(curl, option, value) == CURLE_OK && good

static bool set_transport(struct webhook_post *post, const struct webhook_post_settings *settings)
{
    CURL *curl = post->curl;
    bool good = true;

    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, post);
    SET(CURLOPT_PREREQFUNCTION, judge_again);
    SET(CURLOPT_PREREQDATA, post);
    SET(CURLOPT_PROXY, ""); // nor one of the environment
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (settings->ca[0] != '\0') {
        SET(CURLOPT_CAINFO, settings->ca);
        SET(CURLOPT_CAPATH, NULL); // that one alone
    }
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TIMEOUT_MS, (long)settings->timeout_ms);
    return good;
}

static bool set_request(struct webhook_post *post, const char *url)
{
    CURL *curl = post->curl;
    bool good = true;

    SET(CURLOPT_URL, url);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_USERAGENT, "secureesp/" SECUREESP_VERSION);
    SET(CURLOPT_HTTPHEADER, post->headers);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(post->body));
    SET(CURLOPT_POSTFIELDS, post->body);
    SET(CURLOPT_WRITEFUNCTION, discard);
    SET(CURLOPT_WRITEDATA, post);
    return good;
}

int webhook_post_new(const struct webhook_post_settings *settings,
    const struct webhook_post_order *order, char *body, struct webhook_post **out, struct err *err)
{
    struct webhook_post *post = calloc(1, sizeof *post);
    struct webhook_url url;
    int rc = webhook_url_parse(order->url, &url, err);

    if (post == NULL || rc < 0) {
        free(body);
        free(post);
        return rc < 0 ? rc : err_set(err, ERR_NO_MEMORY, "no memory for a message");
    }
    post->body = body;
    post->allow = settings->allow;
    post->has_tls = url.has_tls;
    post->curl = curl_easy_init();
    if (post->curl == NULL || !add_headers(post, order) || !set_transport(post, settings) ||
        !set_request(post, order->url)) {
        webhook_post_free(post);
        return err_set(err, ERR_NO_MEMORY, "no memory for a message");
    }
    *out = post;
    return 0;
}

void webhook_post_free(struct webhook_post *post)
{
    if (post == NULL)
        return;
    curl_easy_cleanup(post->curl);
    curl_slist_free_all(post->headers);
    free(post->body);
    free(post);
}

CURL *webhook_post_handle(struct webhook_post *post)
{
    return post->curl;
}

void webhook_post_read(
    const struct webhook_post *post, CURLcode code, struct webhook_result *result)
{
    long status = 0;
    const char *what = "";

    curl_easy_getinfo(post->curl, CURLINFO_RESPONSE_CODE, &status);
    result->status = status;
    if (code == CURLE_WRITE_ERROR)
        what = "the answer is too long";
    else if (code != CURLE_OK)
        what = post->refused[0] != '\0' ? post->refused : curl_easy_strerror(code);
    else if (status >= 300 && status <= 399)
        what = "a redirection, which is not followed";
    else if (status < 200 || status > 299)
        what = "refused by the receiver";
    snprintf(result->error, sizeof result->error, "%s", what);
}
