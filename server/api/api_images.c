// Images.
#include "server/api/api_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_descriptor.h"
#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_catalogue.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/base/log.h"
#include "server/release/release_find.h"
#include "server/release/release_load.h"
#include "server/release/release_policy.h"
#include "server/release/release_publish.h"

// Answers with the image of that name as it is now. status: 201 if it was made; added: it was to
// be.
static void send_image_as(const struct api *api, const char *name, unsigned status, bool added,
    struct http_response *response)
{
    struct release_catalogue *catalogue;
    const struct release_member *member;
    struct err err = {0};

    if (api_catalogue_load(api, &catalogue, &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    member = release_find_member(catalogue, name, &err);
    if (member != NULL) {
        json_t *object = api_json_image(catalogue, member);

        if (status == 200 && added)
            api_json_set(&object, "already_there", json_true());
        api_json_send(response, status, object);
    } else { // removed since
        api_json_refuse(response, &err);
    }
    release_load_free(catalogue);
}

static void send_image(const struct api *api, const char *name, struct http_response *response)
{
    send_image_as(api, name, 200, false, response);
}

void api_images_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    send_image(ctx, http_request_segment(request, 0), response);
}

// Keys that the operator names with embeds=PEM, borrowed from the request.
struct embeds {
    const char *pem[IMAGE_DESCRIPTOR_KEYS_MAX + 1]; // one too many is for others to refuse
    size_t count;
};

static void take_embedded_key(const char *pem, void *ctx)
{
    struct embeds *embeds = ctx;

    if (embeds->count < sizeof embeds->pem / sizeof embeds->pem[0])
        embeds->pem[embeds->count++] = pem;
}

// What the fleet needs to go on is not given to images.
static int check_room(const struct api *api, size_t n, struct err *err)
{
    struct api_disk disk = {0};

    api->read_disk(&disk, api->ctx);
    if (disk.free_bytes >= n && disk.free_bytes - n >= disk.kept_bytes)
        return 0;
    return err_set(err, ERR_UNAVAILABLE,
        "the disk is nearly full: %llu bytes are free, of which %llu are kept free: make room, "
        "or lower min_free_percent or min_free_bytes of [retention]",
        (unsigned long long)disk.free_bytes, (unsigned long long)disk.kept_bytes);
}

static int add(const struct api *api, const struct http_request *request,
    const struct audit_author *by, struct image *out, bool *existed, struct err *err)
{
    struct embeds embeds = {.count = 0};
    struct release_offer offer = {
        .name = http_request_query(request, "name"),
        .literal_name = api_members_is_set(http_request_query(request, "literal_name")),
        .by = by,
    };

    http_request_each_query(request, "embeds", take_embedded_key, &embeds);
    offer.embeds = embeds.pem;
    offer.embeds_count = embeds.count;
    offer.p = http_request_body(request, &offer.n);

    int rc = check_room(api, offer.n, err);

    return rc < 0 ? rc : release_images_add(api->images, &offer, out, existed, err);
}

// To whom, and whether in spite of what it does.
static int read_publish(
    const struct http_request *request, struct release_publish_wish *out, struct err *err)
{
    const char *channel = http_request_query(request, "channel");

    *out = (struct release_publish_wish){.name = http_request_segment(request, 0),
        .force = api_members_is_set(http_request_query(request, "force"))};
    if (channel != NULL && !channel_parse(channel, &out->channel))
        return err_set(err, ERR_INVALID, "channel must be 'stable' or 'beta'");
    return 0;
}

void api_images_add(const struct http_request *request, struct http_response *response, void *ctx)
{
    struct api *api = ctx;
    bool publish = api_members_is_set(http_request_query(request, "publish"));
    struct err err = {0};
    struct audit_author by;
    struct image image;
    bool existed = false;
    struct release_publish_wish wish;
    int rc = read_publish(request, &wish, &err);

    api_author_of(request, &by);
    wish.by = &by;
    if (rc == 0)
        rc = add(api, request, &by, &image, &existed, &err);

    if (rc == 0 && publish) {
        wish.name = image.name.text;
        rc = release_publish(api->release, &wish, &err);
        if (rc < 0)
            err_context(
                &err, existed ? "already there, but not published" : "added, but not published");
    }
    if (rc < 0)
        api_json_refuse(response, &err);
    else
        send_image_as(api, image.name.text, existed ? 200 : 201, true, response);
}

static void publish(const struct api *api, const struct http_request *request, bool promote,
    struct http_response *response)
{
    struct release_publish_wish wish;
    struct audit_author by;
    struct err err = {0};
    int rc = read_publish(request, &wish, &err);

    api_author_of(request, &by);
    wish.by = &by;
    wish.promote = promote;
    if (rc == 0) {
        // The daemon may have died between taking a key and trying it.
        release_images_find_signers(api->images, &by, wish.name);
        rc = release_publish(api->release, &wish, &err);
    }
    if (rc < 0)
        api_json_refuse(response, &err);
    else
        send_image(api, wish.name, response);
}

void api_images_publish(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    publish(ctx, request, false, response);
}

void api_images_promote(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    publish(ctx, request, true, response);
}

void api_images_withdraw(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    const struct release_publish_wish wish = {.name = http_request_segment(request, 0),
        .force = api_members_is_set(http_request_query(request, "force")),
        .by = &by};
    struct err err = {0};

    api_author_of(request, &by);
    if (release_publish_withdraw(api->release, &wish, &err) < 0)
        api_json_refuse(response, &err);
    else
        send_image(api, wish.name, response);
}

void api_images_mark(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *on = http_request_query(request, "on");
    struct audit_author by;
    const struct release_policy_mark mark = {.image = http_request_segment(request, 0),
        .must_pass = api_members_is_set(on),
        .force = api_members_is_set(http_request_query(request, "force")),
        .by = &by};
    struct err err = {0};
    int rc = on == NULL ? err_set(&err, ERR_INVALID, "on must be 1 or 0") : 0;

    api_author_of(request, &by);
    if (rc == 0)
        rc = release_policy_mark_image(api->release, &mark, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "image marked name=%s must_pass=%d forced=%d by=\"%s\"", mark.image,
        mark.must_pass, mark.force, by.who);
    send_image(api, mark.image, response);
}

void api_images_remove(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    const struct release_remove_wish wish = {.name = http_request_segment(request, 0),
        .force = api_members_is_set(http_request_query(request, "force")),
        .by = &by};
    struct err err = {0};

    api_author_of(request, &by);
    if (release_images_remove(api->images, &wish, &err) < 0)
        api_json_refuse(response, &err);
    else
        api_json_send(response, 200, json_pack("{sssb}", "name", wish.name, "removed", 1));
}

static json_t *verify(
    const struct api *api, const struct release_catalogue *catalogue, const struct image *image)
{
    struct release_images_state state = release_images_verify(api->images, catalogue, image);
    json_t *object = json_object();

    api_json_set(&object, "name", json_string(image->name.text));
    api_json_set(&object, "size_bytes", json_integer(image->size_bytes));
    api_json_set(&object, "sha256", json_string(image->sha256));
    api_json_set(&object, "stored_ok", json_boolean(state.stored_ok));
    api_json_set(&object, "signer", api_json_key_reference(catalogue, image->signer));
    api_json_set(&object, "signature_ok", json_boolean(state.signature_ok));
    return object;
}

void api_images_verify(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *name = http_request_segment(request, 0);
    const struct release_catalogue *catalogue = release_hold(api->release);
    struct err err = {0};
    const struct release_member *member = release_find_member(catalogue, name, &err);

    if (member != NULL)
        api_json_send(response, 200, verify(api, catalogue, &member->image));
    else
        api_json_refuse(response, &err);
    release_drop(api->release, catalogue);
}
