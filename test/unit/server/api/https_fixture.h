#ifndef TEST_SERVER_API_HTTPS_FIXTURE_H
#define TEST_SERVER_API_HTTPS_FIXTURE_H

// The API over HTTPS beside that on the Unix socket, with users, and what they show.

// The second one first: it has functions whose parameters bear names of the other's.
// clang-format off
#include "test/unit/server/http/tls_fixture.h"
#include "test/unit/server/api/api_fixture.h"
// clang-format on

#include "server/auth/operator_auth.h"
#include "server/operator/operator_login.h"
#include "server/operator/operator_tokens.h"
#include "server/operator/operator_users.h"
#include "server/store/user_session_store.h"
#include "server/store/user_token_store.h"

#define HTTPS_PASSWORD "correct horse"
#define HTTPS_HOST "fleet.example:9443"
#define HTTPS_OWN "Origin: https://" HTTPS_HOST "\r\n"

struct https_fixture {
    struct tls_fixture tls;
    struct http_server *server;
    uint16_t port;
    gnutls_certificate_credentials_t none, device, operator;
};

static struct https_fixture https;

// Asks as `ask`, with headers that are ended by CR LF; the answer is where that puts it. Returns
// the status, or 0 if there is none.
static inline int https_ask(struct fixture *f, gnutls_certificate_credentials_t as,
    const char *method, const char *target, const char *headers, const char *body)
{
    struct tls_fixture_client client;
    char text[8192];
    size_t got = 0;
    ssize_t r = 0;

    snprintf(text, sizeof text,
        "%s %s HTTP/1.0\r\nHost: " HTTPS_HOST "\r\n%sContent-Length: "
        "%zu\r\n\r\n%s",
        method, target, headers, strlen(body), body);
    f->answer[0] = '\0';
    if (tls_fixture_open(&client, https.port, as, TLS_FIXTURE_1_2, NULL) == 0) {
        tls_fixture_send(&client, text);
        while (
            got + 1 < ANSWER_SIZE &&
            ((r = gnutls_record_recv(client.session, f->answer + got, ANSWER_SIZE - 1 - got)) > 0 ||
                r == GNUTLS_E_AGAIN))
            got += r > 0 ? (size_t)r : 0;
        f->answer[got] = '\0';
    }
    tls_fixture_close(&client);
    if (got > 12)
        api_fixture_note(f, method, target);
    return got > 12 ? (int)strtol(f->answer + strlen("HTTP/1.1 "), NULL, 10) : 0;
}

// The value of a header or of a member, up to one of the ends.
static inline void https_find(
    const struct fixture *f, const char *begin, const char *ends, char *out, size_t size)
{
    const char *p = strstr(f->answer, begin);

    if (p == NULL) {
        fail_msg("no %s in %s", begin, f->answer);
        return;
    }
    snprintf(out, size, "%.*s", (int)strcspn(p + strlen(begin), ends), p + strlen(begin));
}

#define HTTPS_HEADER_SIZE 128

// Logs in, and writes the header that shows it.
static inline void https_log_in(
    struct fixture *f, const char *name, const char *password, char out[HTTPS_HEADER_SIZE])
{
    char body[256];
    char cookie[64];

    snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    if (https_ask(f, https.none, "POST", "/api/v1/session", "", body) != 200)
        fail_msg("%s: %s", name, f->answer);
    https_find(f, "__Host-secureesp=", ";", cookie, sizeof cookie);
    snprintf(out, HTTPS_HEADER_SIZE, "Cookie: __Host-secureesp=%s\r\n", cookie);
}

static const struct audit_author https_author = {.who = "uid 0"};

static inline struct operator_users_change https_change(struct fixture *f, const char *name)
{
    return (struct operator_users_change){&f->operators, &https_author, name};
}

static inline void https_add_user(struct fixture *f, const char *name, enum role role)
{
    struct operator_users_change change = https_change(f, name);

    assert_int_equal(operator_users_add(&change, role, HTTPS_PASSWORD, NULL), 0);
}

// Makes a token of a user, and writes the header that shows it.
static inline void https_add_token(struct fixture *f, const char *name, const char *user,
    enum role role, char out[HTTPS_HEADER_SIZE])
{
    struct operator_users_change change = https_change(f, name);
    struct operator who = {.how = OPERATOR_SESSION, .role = ROLE_ADMINISTRATOR};
    struct user_token token = {.role = role};
    char secret[OPERATOR_SECRET_SIZE];

    snprintf(who.user, sizeof who.user, "%s", user);
    assert_int_equal(operator_tokens_add(&change, &who, &token, 1, secret, NULL), 0);
    snprintf(out, HTTPS_HEADER_SIZE, "Authorization: Bearer %s\r\n", secret);
}

// Certificates of the CA that the API goes by.
static inline void https_certify(
    const char *name, const char *unit, const char *mac, gnutls_certificate_credentials_t *out)
{
    struct pki_folder_order order = {.folder = folder, .days = 1, .now_ms = clock_system_ms()};
    struct issuer_order client = {.common_name = name, .unit = unit, .now_ms = order.now_ms};
    struct pki_folder_pair pair;
    struct issuer *issuer;
    struct err err = {0};

    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    if ((mac != NULL ? pki_folder_add_device(issuer, &order, mac, &pair, &err)
                     : pki_folder_add_client(issuer, &order, &client, &pair, &err)) < 0)
        fail_msg("%s", err.message);
    issuer_free(issuer);
    tls_fixture_credentials(&pair, out);
}

static inline void https_serve(
    struct fixture *f, int (*verify)(const uint8_t *der, size_t n, void *ctx, struct err *err))
{
    struct http_server_settings settings = {
        .routes = api_routes(),
        .ctx = &f->api,
        .refuse = api_refuse,
        .admit = api_admit,
        .max_body_bytes = 100000,
        .threads = 2,
        .max_connections = 8,
        .timeout_s = 60,
        .verify = verify,
        .verify_ctx = f->auth,
        .certificate_optional = true,
    };

    http_server_free(https.server, 1000);
    https.server = tls_fixture_start(&https.tls, &settings);
    https.port = settings.port;
}

static inline int https_fixture_start(void **state)
{
    struct fixture *f;
    int rc = api_fixture_start(state);

    if (rc != 0)
        return rc;
    f = *state;
    tls_fixture_make(&https.tls, PRIVATE_KEY_P256);
    assert_int_equal(gnutls_certificate_allocate_credentials(&https.none), 0);
    https_certify(NULL, NULL, "84f3eb000001", &https.device);
    https_certify("cert", OPERATOR_AUTH_UNIT, NULL, &https.operator);
    https_serve(f, operator_auth_verify);
    return 0;
}

static inline int https_fixture_stop(void **state)
{
    http_server_free(https.server, 1000);
    gnutls_certificate_free_credentials(https.none);
    gnutls_certificate_free_credentials(https.device);
    gnutls_certificate_free_credentials(https.operator);
    tls_fixture_clear(&https.tls);
    return api_fixture_stop(state);
}

#endif
