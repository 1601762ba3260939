// To whom messages go: TLS of our time, the CAs that are configured, addresses that are allowed
// now.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "server/base/clock.h"
#include "server/pki/pki_folder.h"
#include "server/webhook/webhook_post.h"
#include "test/unit/server/base/scratch.h"

#define ANSWER "HTTP/1.1 204 No Content\r\n\r\n"

// What the system would have a library do, in place of the machine's own.
static char system_cas[SCRATCH_PATH_SIZE];
static char system_link[SCRATCH_PATH_SIZE + 16]; // its one CA, there

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
CURL *__real_curl_easy_init(void);
CURL *__wrap_curl_easy_init(void);
CURL *__wrap_curl_easy_init(void)
{
    CURL *curl = __real_curl_easy_init();

    curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(curl, CURLOPT_CAPATH, system_cas);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_0);
    curl_easy_setopt(curl, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
    return curl;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

struct fixture {
    void *folder;
    struct pki_folder_pair server, ca, other_ca;
    char url[64];
    int listener;
    SSL_CTX *tls;
    pthread_t thread;
    atomic_int connections, requests;
};

static struct fixture fixture;

// --- a receiver

static void serve_connection(int fd)
{
    SSL *ssl = SSL_new(fixture.tls);
    char text[4096];
    size_t n = 0;
    int got;

    SSL_set_fd(ssl, fd);
    fixture.connections++;
    while (SSL_is_init_finished(ssl) || SSL_accept(ssl) == 1) {
        got = SSL_read(ssl, text + n, (int)(sizeof text - 1 - n));
        if (got <= 0)
            break;
        n += (size_t)got;
        text[n] = '\0';
        if (strstr(text, "\r\n\r\n{}") == NULL)
            continue;
        n = 0;
        fixture.requests++;
        SSL_write(ssl, ANSWER, sizeof ANSWER - 1);
    }
    SSL_free(ssl);
    close(fd);
}

static void *serve(void *ctx)
{
    int fd;

    (void)ctx;
    while ((fd = accept(fixture.listener, NULL, NULL)) >= 0)
        serve_connection(fd);
    return NULL;
}

static void start(int max_version)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_security_level(tls, 0);
    assert_int_equal(SSL_CTX_set_min_proto_version(tls, TLS1_VERSION), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(tls, max_version), 1);
    assert_int_equal(
        SSL_CTX_use_certificate_file(tls, fixture.server.public_path, SSL_FILETYPE_PEM), 1);
    assert_int_equal(
        SSL_CTX_use_PrivateKey_file(tls, fixture.server.key_path, SSL_FILETYPE_PEM), 1);
    fixture.tls = tls;
    fixture.connections = fixture.requests = 0;
    fixture.listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fixture.listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fixture.listener, 8), 0);
    assert_int_equal(getsockname(fixture.listener, (struct sockaddr *)&address, &size), 0);
    snprintf(fixture.url, sizeof fixture.url, "https://localhost:%d/x", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&fixture.thread, NULL, serve, NULL), 0);
}

static void stop(void)
{
    shutdown(fixture.listener, SHUT_RDWR);
    pthread_join(fixture.thread, NULL);
    close(fixture.listener);
    SSL_CTX_free(fixture.tls);
}

// --- its CA, which is the system's, and another one

static void make_ca(const char *name, struct pki_folder_pair *ca, struct pki_folder_pair *server)
{
    struct pki_folder_order order = {.kind = PRIVATE_KEY_P256, .now_ms = clock_now_ms()};
    struct issuer_order wanted = {.common_name = "localhost", .now_ms = order.now_ms};
    char place[SCRATCH_PATH_SIZE];
    struct issuer *issuer;

    scratch_path(fixture.folder, name, place);
    order.folder = place;
    assert_int_equal(pki_folder_init(&order, name, ca, NULL), 0);
    if (server == NULL)
        return;
    assert_int_equal(pki_folder_open(place, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, server, NULL), 0);
    issuer_free(issuer);
}

// As OpenSSL looks for it: by the hash of its name.
static void make_system(const char *ca_path)
{
    FILE *file = fopen(ca_path, "r");
    X509 *ca = PEM_read_X509(file, NULL, NULL, NULL);

    assert_int_equal(fclose(file), 0);
    assert_non_null(ca);
    scratch_path(fixture.folder, "system", system_cas);
    assert_int_equal(mkdir(system_cas, 0700), 0);
    snprintf(system_link, sizeof system_link, "%s/%08lx.0", system_cas, X509_subject_name_hash(ca));
    assert_int_equal(symlink(ca_path, system_link), 0);
    X509_free(ca);
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(scratch_make(&fixture.folder), 0);
    make_ca("ca", &fixture.ca, &fixture.server);
    make_system(fixture.ca.public_path);
    make_ca("other", &fixture.other_ca, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return scratch_remove(&fixture.folder);
}

// --- messages

static struct webhook_post *post_new(const struct webhook_allow *allow, const char *ca)
{
    static const struct webhook_key key = {.n = 24};
    struct webhook_post_settings settings = {allow, ca, 10000};
    struct webhook_post_order order = {fixture.url, "msg_1", &key, 1};
    struct webhook_post *post = NULL;

    assert_int_equal(webhook_post_new(&settings, &order, strdup("{}"), &post, NULL), 0);
    return post;
}

static CURLcode send_one(const char *ca)
{
    struct webhook_allow allow;
    struct webhook_post *post;
    CURLcode code;

    assert_int_equal(webhook_allow_parse("127.0.0.0/8 ::1", &allow, NULL), 0);
    post = post_new(&allow, ca);
    code = curl_easy_perform(webhook_post_handle(post));
    webhook_post_free(post);
    return code;
}

static void test_no_tls_of_old(void **state)
{
    CURL *curl;

    (void)state;
    start(TLS1_1_VERSION);
    curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, fixture.url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{}");
    assert_int_equal(curl_easy_perform(curl), CURLE_OK); // others would
    curl_easy_cleanup(curl);
    assert_int_equal(send_one(""), CURLE_SSL_CONNECT_ERROR);
    assert_int_equal(fixture.requests, 1);
    stop();
    start(TLS1_2_VERSION);
    assert_int_equal(send_one(""), CURLE_OK);
    stop();
}

static void test_no_other_ca_than_configured(void **state)
{
    (void)state;
    start(TLS1_3_VERSION);
    assert_int_equal(send_one(""), CURLE_OK); // the system's
    assert_int_equal(send_one(fixture.other_ca.public_path), CURLE_PEER_FAILED_VERIFICATION);
    assert_int_equal(fixture.requests, 1);
    assert_int_equal(unlink(system_link), 0);
    assert_int_equal(send_one(""), CURLE_PEER_FAILED_VERIFICATION);
    assert_int_equal(send_one(fixture.ca.public_path), CURLE_OK);
    assert_int_equal(symlink(fixture.ca.public_path, system_link), 0);
    stop();
}

static void send_by(CURLM *multi, struct webhook_post *post, struct webhook_result *result)
{
    CURL *curl = webhook_post_handle(post);
    CURLMsg *message;
    int running = 1;
    int left;

    assert_int_equal(curl_multi_add_handle(multi, curl), CURLM_OK);
    while (running > 0) {
        assert_int_equal(curl_multi_perform(multi, &running), CURLM_OK);
        curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    message = curl_multi_info_read(multi, &left);
    assert_non_null(message);
    webhook_post_read(post, message->data.result, result);
    curl_multi_remove_handle(multi, curl);
    webhook_post_free(post);
}

// A connection that was kept is no way to an address that is not allowed any more.
static void test_what_is_kept_is_judged_again(void **state)
{
    struct webhook_result result = {.status = 0};
    CURLM *multi = curl_multi_init();
    struct webhook_allow allow;

    (void)state;
    start(TLS1_3_VERSION);
    assert_int_equal(webhook_allow_parse("127.0.0.0/8 ::1", &allow, NULL), 0);
    for (int i = 1; i <= 2; i++) {
        send_by(multi, post_new(&allow, ""), &result);
        assert_string_equal(result.error, "");
        assert_int_equal(fixture.requests, i);
        assert_int_equal(fixture.connections, 1);
    }
    assert_int_equal(webhook_allow_parse("10.0.0.0/8", &allow, NULL), 0);
    send_by(multi, post_new(&allow, ""), &result);
    assert_int_equal(fixture.requests, 2);
    assert_ptr_equal(strstr(result.error, "address 127.0.0.1 is not allowed: loopback"),
        (const char *)result.error);
    curl_multi_cleanup(multi);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_tls_of_old),
        cmocka_unit_test(test_no_other_ca_than_configured),
        cmocka_unit_test(test_what_is_kept_is_judged_again),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
