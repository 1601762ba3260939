#ifndef TEST_SERVER_API_API_FIXTURE_H
#define TEST_SERVER_API_API_FIXTURE_H

// The API over its Unix socket, with a real store, for cmocka's group setup and teardown. In a
// header, since each test program is one file.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <signal.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/api/api.h"
#include "server/api/api_webhook_body.h"
#include "server/base/clock.h"
#include "server/http/http_server.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/command/patience_fixture.h"

#define ANSWER_SIZE (1 << 20)

static char folder[] = "/tmp/secureesp-api-XXXXXX";
static char path[64];

struct fixture {
    struct api api;
    struct release_images images;
    struct device_auth *auth;
    struct key_vault *vault;
    struct http_server *server;
    struct operator_desk operators;
    char answer[ANSWER_SIZE];
};

static struct api_disk api_fixture_disk = {.free_bytes = 1000000, .kept_bytes = 5000};

static inline void read_disk(struct api_disk *out, void *ctx)
{
    (void)ctx;
    *out = api_fixture_disk;
}

static inline void read_certificates(struct api_certificates *out, void *ctx)
{
    (void)ctx;
    *out = (struct api_certificates){
        .ca_ms = 1, .server_ms = 2, .devices = 3, .first_mac = "84f3eb012345", .first_ms = 4};
}

static inline void read_broker(struct api_broker *out, void *ctx)
{
    (void)ctx;
    *out = (struct api_broker){.host = "broker.example", .port = 8883, .error = "not yet"};
}

static bool api_fixture_borrows;

static inline bool borrows_config(const char *mac, const char *place, void *ctx)
{
    (void)ctx;
    return api_fixture_borrows && strcmp(mac, place) != 0;
}

static inline void each_counter(
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx, void *ctx)
{
    (void)ctx;
    add("statuses", 7, add_ctx);
}

// What the configuration file says of config.json.
static inline int read_base(struct settings_base *out, void *ctx)
{
    static const struct settings_judge_server server = {
        .path = "/download", .port = 8443, .other_server = "", .offline_after_ms = 180000};

    (void)ctx;
    if (settings_base_init(out) < 0)
        return ERR_NO_MEMORY;
    json_decref(out->common);
    out->common = json_pack("{ss ss ss ss si}", "downloadserver", "host.example", "downloadport",
        "8443", "downloadpath", "/download", "mqttserver", "broker.example", "mqttport", 8883);
    return settings_base_set_server(out, &server, NULL);
}

static inline bool bears_name(const char *name, void *ctx)
{
    (void)ctx;
    return strcmp(name, "host.example") == 0;
}

static inline int judge_names(
    const json_t *effective, const struct settings_base *base, void *ctx, struct err *err)
{
    const char *name = json_string_value(json_object_get(effective, "downloadserver"));

    (void)base;
    (void)ctx;
    return strcmp(name, "host.example") == 0
               ? 0
               : err_set(err, ERR_INVALID, "downloadserver: the certificate has no such name");
}

static inline int refuse_publication(const char *topic, const uint8_t *payload, size_t n, void *ctx)
{
    (void)topic;
    (void)payload;
    (void)n;
    (void)ctx;
    return ERR_UNAVAILABLE;
}

// Adds it to the file of that name, for who judges it by the document (test/system/api_answers.py).
static inline void api_fixture_note(struct fixture *f, const char *method, const char *target)
{
    const char *name = getenv("API_ANSWERS");
    FILE *file = name != NULL ? fopen(name, "a") : NULL;
    json_t *line = json_pack("{ss ss so}", "method", method, "target", target, "answer",
        json_stringn_nocheck(f->answer, strlen(f->answer)));

    if (file != NULL) {
        json_dumpf(line, file, JSON_COMPACT | JSON_ENSURE_ASCII);
        fputc('\n', file);
        assert_int_equal(fclose(file), 0);
    }
    json_decref(line);
}

// Headers that ask() sends, each ended by CR LF.
static const char *api_fixture_headers = "";

static inline const char *ask(
    struct fixture *f, const char *method, const char *target, const void *body, size_t n)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char head[2048];
    size_t got = 0;
    ssize_t r;
    int length =
        snprintf(head, sizeof head, "%s %s HTTP/1.0\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n",
            method, target, api_fixture_headers, n);
    struct iovec parts[] = {{head, (size_t)length}, {(void *)(uintptr_t)body, n}};

    memcpy(address.sun_path, path, strlen(path) + 1);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    // At once, since a server that refuses the head closes before a body that comes later.
    assert_int_equal(writev(fd, parts, 2), (size_t)length + n);
    while (got + 1 < ANSWER_SIZE && (r = read(fd, f->answer + got, ANSWER_SIZE - 1 - got)) > 0)
        got += (size_t)r;
    f->answer[got] = '\0';
    close(fd);
    api_fixture_note(f, method, target);
    return f->answer;
}

// The answer must have that status and contain each of the texts.
static inline void expect(
    struct fixture *f, const char *what, int status, const char *a, const char *b)
{
    char *end;
    long got = strtol(f->answer + strlen("HTTP/1.x "), &end, 10);

    if (got != status || strstr(f->answer, a) == NULL || strstr(f->answer, b) == NULL)
        fail_msg("%s: expected %d, %s, %s\n%s", what, status, a, b, f->answer);
}

// As the daemon has it, below `folder`.
static inline int open_vault(struct fixture *f, struct err *err)
{
    static char devices[96];
    char secret[96];

    snprintf(devices, sizeof devices, "%s/devices", folder);
    snprintf(secret, sizeof secret, "%s/secret", folder);
    f->api.devices_dir = devices;
    if (key_vault_open(secret, &f->vault, err) < 0)
        return -1;
    f->api.vault = f->vault;
    return 0;
}

// As the daemon has it, but for a broker.
static inline int start_revocation(struct fixture *f, struct err *err)
{
    char list[96];
    struct pki_folder_order order = {.folder = folder, .days = 2, .now_ms = clock_system_ms()};
    struct revocation_settings settings = {.store = f->api.store, .folder = list};
    struct pki_folder_pair ca;

    snprintf(list, sizeof list, "%s/broker", folder);
    if (pki_folder_init(&order, "CA", &ca, err) < 0 ||
        device_auth_new(ca.public_path, &f->auth, err) < 0)
        return -1;
    settings.auth = f->api.auth = f->auth;
    return revocation_open(&settings, &f->api.revocation, err);
}

// As the daemon has it. What it sends gets nowhere: only documentation's addresses are allowed.
static inline int start_webhooks(struct fixture *f, struct err *err)
{
    struct webhook_drive_settings settings = {
        .send = {.store = f->api.store,
            .vault = f->vault,
            .ca = "",
            .backoff = {1000, 1000, 60000},
            .timeout_ms = 1000},
        .bodies = {api_webhook_body_event, api_webhook_body_rollout},
        .queue_max = 10,
    };

    return webhook_allow_parse("192.0.2.0/24", &settings.send.allow, err) < 0
               ? -1
               : webhook_drive_start(&settings, &f->api.webhooks, err);
}

static inline int api_fixture_start(void **state)
{
    static struct fixture f;
    struct command_dispatch_settings dispatch = {
        .patience = patience_of(60000), .queued_timeout_ms = 60000, .publish = refuse_publication};
    struct http_server_settings settings = {
        .routes = api_routes(),
        .ctx = &f.api,
        .refuse = api_refuse,
        .max_body_bytes = 100000,
        .threads = 2,
        .max_connections = 8,
        .socket_path = path,
        .socket_mode = 0600,
    };
    char database[96];
    static char images[96];
    static struct settings_desk desk;
    struct err err = {0};

    signal(SIGPIPE, SIG_IGN); // the server may close before all is written
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/sock", folder);
    snprintf(database, sizeof database, "%s/db", folder);
    snprintf(images, sizeof images, "%s/images", folder);
    f.api = (struct api){.images = &f.images,
        .read_broker = read_broker,
        .read_certificates = read_certificates,
        .read_disk = read_disk,
        .borrows_config = borrows_config,
        .each_counter = each_counter};
    *state = &f;
    if (store_open(database, &f.api.store, &err) < 0 || start_revocation(&f, &err) < 0 ||
        release_open(f.api.store, &f.api.release, &err) < 0 || open_vault(&f, &err) < 0 ||
        start_webhooks(&f, &err) < 0)
        return -1;
    release_images_init(&f.images, f.api.release, images);
    desk = (struct settings_desk){f.api.store, read_base, judge_names, NULL, bears_name};
    f.api.settings = &desk;
    if (settings_watch_open(&desk, &f.api.settings_watch, &err) < 0)
        return -1;
    if (api_busy_new(&f.api.busy) < 0 || metrics_tally_open(f.api.store, &f.api.tally, &err) < 0 ||
        operator_desk_open(
            &f.operators, f.api.store, &(struct operator_rule_limits){1800000, 43200000}, &err) < 0)
        return -1;
    f.api.operators = &f.operators;
    return command_dispatch_start(f.api.store, &dispatch, &f.api.dispatch, &err) |
           http_server_start(&settings, &f.server, &err);
}

static inline int api_fixture_stop(void **state)
{
    struct fixture *f = *state;
    char command[64];

    http_server_free(f->server, 1000);
    operator_desk_close(&f->operators);
    api_busy_free(f->api.busy);
    metrics_tally_close(f->api.tally);
    settings_watch_close(f->api.settings_watch);
    webhook_drive_free(f->api.webhooks);
    command_dispatch_free(f->api.dispatch);
    release_images_clear(&f->images);
    release_close(f->api.release);
    store_close(f->api.store);
    revocation_close(f->api.revocation);
    device_auth_free(f->auth);
    key_vault_free(f->vault);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

#endif
