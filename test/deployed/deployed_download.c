// Downloads as deployed sketches do them.
#include "test/deployed/deployed_download.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test/deployed/arena.h"
#include "test/deployed/deployed_report.h"
#include "test/deployed/http_get.h"
#include "test/deployed/image_check.h"
#include "test/deployed/signing_key.h"

// A download on its way.
struct progress {
    FILE *file;
    struct image_check *check; // of an image, in the arena; else NULL
};

static int begin_file(void *ctx, const struct http_get_answer *answer)
{
    struct progress *progress = ctx;

    if (progress->check != NULL)
        image_check_init(progress->check, answer->length);
    return 0;
}

static int take_piece(void *ctx, const uint8_t *p, size_t n)
{
    struct progress *progress = ctx;

    if (progress->check != NULL)
        image_check_feed(progress->check, p, n);
    if (fwrite(p, 1, n, progress->file) != n)
        return deployed_report_failure(FAILURE_FILE, "download: %s", strerror(errno));
    return 0;
}

// --- connections

// The first, without a request. In a resumed handshake there is no certificate to check, so it
// starts without a session.
static int probe(struct deployed_device *device)
{
    struct tls_link *link;
    int rc;

    memset(device->download_session, 0, sizeof *device->download_session);
    rc = tls_link_open(&device->link, device->https_port, device->download_session, &link);
    if (rc < 0)
        return rc;
    rc = tls_link_close(link);
    if (rc == 0 && device->download_session->session_id_len == 0)
        return deployed_report_failure(FAILURE_SESSION, "the download server gave no session ID");
    return rc;
}

// The second.
static int get(struct deployed_device *device, const struct http_get_question *question,
    struct http_get_answer *answer)
{
    struct tls_link *link;
    int rc, closed;

    if (device->is_forgetful)
        memset(device->download_session, 0, sizeof *device->download_session);
    rc = tls_link_open(&device->link, device->https_port, device->download_session, &link);
    if (rc < 0)
        return rc;
    if (link->resumed || device->is_forgetful)
        rc = http_get(link, question, answer);
    else
        rc = deployed_report_failure(
            FAILURE_SESSION, "the download server did not resume the session");
    closed = tls_link_close(link);
    return rc < 0 ? rc : closed;
}

// --- files

// What a sketch makes of the answer, when all of it has come.
static int judge(
    const char *name, const struct progress *progress, const struct http_get_answer *answer)
{
    char md5[IMAGE_CHECK_MD5_SIZE];

    if (progress->check != NULL && answer->status == 304)
        return 0;
    if (answer->status != 200)
        return deployed_report_failure(FAILURE_HTTP, "%s: status %u", name, answer->status);
    if (progress->check == NULL)
        return 0;
    image_check_md5(progress->check, md5);
    if (strcmp(md5, answer->md5) != 0)
        return deployed_report_failure(
            FAILURE_HTTP, "x-MD5 is '%s', of the body %s", answer->md5, md5);
    return 0;
}

static int fetch(struct deployed_device *device, struct http_get_question *question,
    struct progress *progress, const char *name)
{
    struct http_get_answer answer = {0};
    char path[DEPLOYED_DEVICE_PATH_SIZE];
    int rc;

    deployed_device_path(device, name, ".part", path);
    progress->file = fopen(path, "wb");
    if (progress->file == NULL)
        return deployed_report_failure(FAILURE_FILE, "%s: %s", path, strerror(errno));
    question->port = device->https_port;
    question->folder = device->download_path;
    question->mac = device->mac;
    question->has_updater = device->has_updater;
    question->name = name;
    question->begin = begin_file;
    question->take = take_piece;
    question->ctx = progress;
    rc = get(device, question, &answer);
    if (fclose(progress->file) != 0 && rc == 0)
        rc = deployed_report_failure(FAILURE_FILE, "%s: %s", path, strerror(errno));
    if (rc < 0)
        return rc;
    deployed_report_note("answer name=%s status=%u length=%zu md5=%s", name, answer.status,
        answer.length, answer.md5);
    return judge(name, progress, &answer);
}

// Makes a download the one to use after the next start.
static int keep(const struct deployed_device *device, const char *next_file)
{
    char part[DEPLOYED_DEVICE_PATH_SIZE], next[DEPLOYED_DEVICE_PATH_SIZE];

    deployed_device_path(device, next_file, ".part", part);
    deployed_device_path(device, next_file, ".next", next);
    if (rename(part, next) < 0)
        return deployed_report_failure(FAILURE_FILE, "%s: %s", next, strerror(errno));
    return 0;
}

static int fetch_file(struct deployed_device *device, const char *name)
{
    struct progress progress = {0};
    struct http_get_question question = {0};
    int rc = fetch(device, &question, &progress, name);

    return rc < 0 ? rc : keep(device, name);
}

static int fetch_image(struct deployed_device *device)
{
    struct progress progress = {.check = arena_take(sizeof *progress.check)};
    struct http_get_question question = {.image = device->image};
    br_rsa_public_key key;
    char path[DEPLOYED_DEVICE_PATH_SIZE];
    int rc;

    if (progress.check == NULL)
        return deployed_report_failure(FAILURE_ARENA, "the arena is full: digests");
    deployed_device_path(device, "public.key", "", path);
    rc = signing_key_load(path, &key);
    if (rc == 0)
        rc = fetch(device, &question, &progress, "firmware.bin");
    if (rc < 0 || progress.check->size == 0)
        return rc; // or there is no newer one
    if (!image_check_is_signed(progress.check, &key))
        return deployed_report_failure(
            FAILURE_IMAGE, "the image is not signed with the running one's key");
    return keep(device, "firmware.bin");
}

static int fetch_for(struct deployed_device *device, const char *command)
{
    char name[32];

    if (strcmp(command, "firmware") == 0)
        return fetch_image(device);
    if (strcmp(command, "config") == 0)
        return fetch_file(device, "config.json");
    if (strcmp(command, "ca") == 0)
        return fetch_file(device, "ca.crt");
    if (strcmp(command, "cert") != 0 && strcmp(command, "key") != 0)
        return deployed_report_failure(FAILURE_MQTT, "unknown command %s", command);
    snprintf(name, sizeof name, "%s.%s", device->mac, strcmp(command, "key") == 0 ? "key" : "crt");
    return fetch_file(device, name);
}

int deployed_download_run(struct deployed_device *device, const char *command)
{
    size_t mark = arena_mark();
    int rc = probe(device);

    if (rc == 0)
        rc = fetch_for(device, command);
    arena_release(mark);
    return rc;
}
