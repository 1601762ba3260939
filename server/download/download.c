// The device-facing endpoint: who asks, what for, and what is answered.
#include "server/download/download.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/change_lock.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/download/download_file.h"
#include "server/download/download_key.h"
#include "server/download/download_query.h"
#include "server/download/download_refuse.h"
#include "server/download/download_render.h"
#include "server/download/download_send.h"
#include "server/download/download_stored.h"
#include "server/download/download_transfer.h"
#include "server/download/download_trouble.h"
#include "server/image/image_cache.h"
#include "server/pki/digest.h"
#include "server/release/release_next.h"

struct download {
    struct download_settings settings;
    struct image_cache *images;
    char pattern[256];
    struct http_route routes[2];
    struct download_trouble trouble;
    pthread_rwlock_t lock; // guards config
    struct download_config *config;
};

// A request of a device that is known by its certificate.
struct ask {
    struct download *download;
    const struct http_request *request;
    struct http_response *response;
    char mac[MAC_SIZE];
    const char *name;
    struct download_file file;
    char image[IMAGE_NAME_SIZE]; // what is offered, or ""
    int64_t began_at_ms;
    char sha256[DIGEST_SHA256_TEXT_SIZE]; // of the file that is sent
    uint64_t size;
    struct download_range range;
};

// Leaves the device without a file for a reason of the server's own.
static void fail(
    struct ask *ask, enum download_trouble_kind kind, const char *what, const char *reason)
{
    download_trouble_note(&ask->download->trouble, kind, ask->mac, what, reason);
    if (kind == DOWNLOAD_TROUBLE_MISSING)
        http_response_set_text(
            ask->response, 404, "no such file for device %s on the server", ask->mac);
    else
        http_response_set_text(ask->response, 500, "%.64s cannot be used on the server", ask->name);
}

static void send_content(struct ask *ask, const struct download_content *content)
{
    memcpy(ask->sha256, content->sha256, sizeof ask->sha256);
    ask->size = content->bytes.n;
    ask->range = download_send(ask->request, ask->response, content);
}

static void send_bytes(struct ask *ask, const char *type, uint8_t *bytes, size_t n)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    char md5[DIGEST_MD5_TEXT_SIZE];
    struct download_content content = {.type = type, .sha256 = sha256, .md5 = md5};

    digest_sha256(bytes, n, sha256);
    digest_md5(bytes, n, md5);
    content.bytes = http_response_own(bytes, n);
    send_content(ask, &content);
}

static void send_config(struct ask *ask)
{
    struct download *download = ask->download;
    struct download_render render;
    struct err err = {0};
    uint8_t *json;
    size_t n;
    int rc = download_render_read(download->settings.store, ask->mac, &render, &err);

    if (rc == 0) {
        pthread_rwlock_rdlock(&download->lock);
        rc =
            download_render_write(&render, download_config_base(download->config), &json, &n, &err);
        pthread_rwlock_unlock(&download->lock);
        download_render_clear(&render);
    }
    if (rc == 0)
        send_bytes(ask, "application/json", json, n);
    else // never another one's
        fail(ask, DOWNLOAD_TROUBLE_FILE, ask->name, err.message);
}

static void fail_stored(struct ask *ask, int rc, const char *path, const struct err *err)
{
    fail(ask, rc == ERR_NOT_FOUND ? DOWNLOAD_TROUBLE_MISSING : DOWNLOAD_TROUBLE_FILE, path,
        err->message);
}

static void send_stored(struct ask *ask)
{
    struct download_stored stored;
    struct err err = {0};

    stored.shown = http_request_peer_certificate(ask->request, &stored.shown_n);

    int rc = download_stored_read(&ask->download->settings, ask->mac, &ask->file, &stored, &err);

    if (rc == 0)
        send_bytes(ask, download_file_type(&ask->file), stored.bytes, stored.n);
    else
        fail_stored(ask, rc, stored.path, &err);
}

static void refuse_key(struct ask *ask, const char *address, const struct err *err)
{
    download_trouble_note(
        &ask->download->trouble, DOWNLOAD_TROUBLE_KEY, ask->mac, ask->name, err->message);
    download_key_note_refused(ask->download->settings.store, ask->mac, address, err);
    http_response_set_text(
        ask->response, err->code == ERR_CONFLICT ? 410 : 404, "%s", err->message);
}

static void send_key(struct ask *ask)
{
    char address[HTTP_REQUEST_PEER_SIZE];
    struct download_key_wish wish = {
        ask->mac, address, &ask->file, http_request_method(ask->request) == HTTP_GET};
    struct download_stored stored;
    struct err err = {0};

    http_request_peer(ask->request, address);

    int rc = download_key_read(&ask->download->settings, &wish, &stored, &err);

    if (rc == 0)
        send_bytes(ask, download_file_type(&ask->file), stored.bytes, stored.n);
    else if (rc == ERR_DENIED || rc == ERR_CONFLICT)
        refuse_key(ask, address, &err);
    else
        fail_stored(ask, rc, stored.path, &err);
}

static void drop_image(void *ctx)
{
    image_cache_drop(ctx);
}

static void send_image(struct ask *ask, const struct image *image)
{
    struct err err = {0};
    struct image_cache_bytes *bytes;
    struct download_content content = {
        .type = "application/octet-stream", .sha256 = image->sha256, .md5 = image->md5};
    int rc = image_cache_hold(ask->download->images, image->sha256, &bytes, &err);

    if (rc < 0) {
        fail(ask, DOWNLOAD_TROUBLE_IMAGE, image->name.text, err.message);
        return;
    }
    content.bytes.p = image_cache_bytes(bytes, &content.bytes.n);
    content.bytes.release = drop_image;
    content.bytes.ctx = bytes;
    http_response_add_header(ask->response, "X-Image", "%s", image->name.text);
    send_content(ask, &content);
    memcpy(ask->image, image->name.text, sizeof ask->image);
}

// Decides by the catalogue what a device on that image gets. What an operator keeps from it counts
// as if nothing followed.
static void offer(
    struct ask *ask, const struct image_name *running, const struct release_catalogue *catalogue)
{
    struct release_follow follow = {.catalogue = catalogue, .mac = ask->mac, .running = running};
    struct release_next next;
    struct err err = {0};

    if (release_next_find(ask->download->settings.store, &follow, &next, &err) < 0)
        fail(ask, DOWNLOAD_TROUBLE_FILE, ask->name, err.message);
    else if (follow.n == 0)
        http_response_set_text(ask->response, 404, "unknown board %s", running->board);
    else if (next.answer != RELEASE_NEXT)
        download_refuse_offer(ask->response, next.answer, running, next.image);
    else if (next.pin == RELEASE_PIN_FREE)
        send_image(ask, next.image);
    else
        http_response_set_empty(ask->response, 304);
}

static void send_firmware(struct ask *ask)
{
    const char *curimage = http_request_query(ask->request, CONTRACT_QUERY_CURIMAGE);
    const char *reason;
    struct image_name running;
    const struct release_catalogue *catalogue;

    if (download_query_curimage(curimage, &running, &reason) < 0) {
        http_response_set_text(ask->response, 400, "%s", reason);
        return;
    }
    catalogue = release_hold(ask->download->settings.release);
    offer(ask, &running, catalogue);
    release_drop(ask->download->settings.release, catalogue);
}

static void serve(struct ask *ask)
{
    if (ask->file.foreign) {
        http_response_set_text(ask->response, 403, "this file belongs to another device");
        return;
    }
    switch (ask->file.kind) {
    case DOWNLOAD_CONFIG: send_config(ask); break;
    case DOWNLOAD_FIRMWARE: send_firmware(ask); break;
    case DOWNLOAD_CA:
    case DOWNLOAD_CERT: send_stored(ask); break;
    case DOWNLOAD_KEY: send_key(ask); break;
    case DOWNLOAD_UNKNOWN: http_response_set_text(ask->response, 404, "no such file"); break;
    }
}

// Says what a device got: at once if that is no file.
static void report(const struct ask *ask)
{
    struct download_answer answer = {
        .mac = ask->mac,
        .file = ask->name,
        .status = http_response_status(ask->response),
        .image = ask->image,
        .began_at_ms = ask->began_at_ms,
        .sha256 = ask->sha256,
        .size = ask->size,
        .offset = ask->range.offset,
    };

    if (http_request_method(ask->request) != HTTP_GET)
        return;
    if (answer.status == 200 || answer.status == 206)
        download_transfer_follow(&ask->download->settings, ask->response, &answer);
    else
        ask->download->settings.on_answer(&answer, ask->download->settings.ctx);
}

// Who is not let in has no business on this connection any more.
static void deny(struct ask *ask, const struct err *err)
{
    download_trouble_note(&ask->download->trouble,
        err->code == ERR_REVOKED ? DOWNLOAD_TROUBLE_REVOKED : DOWNLOAD_TROUBLE_DENIED, "",
        ask->name, err->message);
    http_response_set_text(ask->response, 403, "%s", err->message);
    http_response_add_header(ask->response, "Connection", "close");
}

static void handle(const struct http_request *request, struct http_response *response, void *ctx)
{
    char usual[DOWNLOAD_FILE_NAME_SIZE];
    struct ask ask = {.download = ctx,
        .request = request,
        .response = response,
        .name = download_file_usual_name(http_request_segment(request, 0), usual),
        .began_at_ms = clock_now_ms()};
    struct err err = {0};
    struct device_auth_shown shown = {.fingerprint = http_request_peer_fingerprint(request)};

    shown.der = http_request_peer_certificate(request, &shown.n);

    // Anew for each request: a resumed session's certificate may have expired, or be revoked.
    int rc = shown.fingerprint != NULL
                 ? device_auth_identify_shown(ask.download->settings.auth, &shown, ask.mac, &err)
                 : err_set(&err, ERR_DENIED, "no certificate");

    if (rc < 0) {
        deny(&ask, &err);
        return;
    }
    ask.file = download_file_of(ask.name, ask.mac);
    serve(&ask);
    report(&ask);
    log_debug("download", "answer mac=%s file=%.64s status=%u", ask.mac, ask.name,
        http_response_status(response));
}

int download_new(const struct download_settings *settings, struct download_config *config,
    struct download **out, struct err *err)
{
    struct download *download = calloc(1, sizeof *download);

    if (download == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the download server");
    download->settings = *settings;

    const char *folder = strcmp(settings->path, "/") == 0 ? "" : settings->path;
    int n = snprintf(download->pattern, sizeof download->pattern, "%s/:", folder);

    if (n < 0 || (size_t)n >= sizeof download->pattern) {
        free(download);
        return err_set(err, ERR_INVALID, "download path too long: %s", settings->path);
    }
    download->routes[0] = (struct http_route){HTTP_GET, download->pattern, handle};

    int rc = image_cache_new(settings->images_dir, &download->images, err);

    if (rc < 0) {
        free(download);
        return rc;
    }
    change_lock_init(&download->lock);
    download->config = config;
    *out = download;
    return 0;
}

void download_free(struct download *download)
{
    if (download == NULL)
        return;
    download_config_free(download->config);
    image_cache_free(download->images);
    pthread_rwlock_destroy(&download->lock);
    free(download);
}

void download_set_config(struct download *download, struct download_config *config)
{
    struct download_config *old;

    pthread_rwlock_wrlock(&download->lock);
    old = download->config;
    download->config = config;
    pthread_rwlock_unlock(&download->lock);
    download_config_free(old);
}

int download_each_name(struct download *download, const struct download_config_judge *judge,
    int *line, struct err *err)
{
    pthread_rwlock_rdlock(&download->lock);

    int rc = download_config_each_name(download->config, judge, line, err);

    pthread_rwlock_unlock(&download->lock);
    return rc;
}

int download_read_base(struct download *download, struct settings_base *out)
{
    pthread_rwlock_rdlock(&download->lock);

    int rc = settings_base_copy(download_config_base(download->config), out);

    pthread_rwlock_unlock(&download->lock);
    return rc;
}

bool download_borrows_config(struct download *download, const char *mac, const char *place)
{
    pthread_rwlock_rdlock(&download->lock);

    bool borrows = download_config_borrows(download->config, mac, place);

    pthread_rwlock_unlock(&download->lock);
    return borrows;
}

const struct http_route *download_routes(const struct download *download)
{
    return download->routes;
}

void download_each_counter(struct download *download,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    download_trouble_each_counter(&download->trouble, add, add_ctx);
}
