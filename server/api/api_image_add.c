// POST /images: from uploaded bytes to an image of the fleet.
#include "server/api/api_image_add.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api_signer.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/image/image_files.h"
#include "server/image/image_inspect.h"
#include "server/pki/public_key.h"

// Keys that the operator names with embeds=PEM.
struct operator_keys {
    struct image_facts *facts;
    int rc;
    struct err *err;
};

static void take_operator_key(const char *pem, void *ctx)
{
    struct operator_keys *keys = ctx;
    struct image_facts *facts = keys->facts;

    if (keys->rc < 0)
        return;
    if (facts->embeds_from != IMAGE_EMBEDS_UNKNOWN && facts->embeds_from != IMAGE_EMBEDS_OPERATOR)
        keys->rc = err_set(keys->err, ERR_INVALID,
            "the image itself says which keys it embeds; add it without --embeds");
    else if (facts->embeds_count == IMAGE_DESCRIPTOR_KEYS_MAX)
        keys->rc = err_set(
            keys->err, ERR_INVALID, "an image embeds at most %d keys", IMAGE_DESCRIPTOR_KEYS_MAX);
    else
        keys->rc = public_key_from_pem(
            (const uint8_t *)pem, strlen(pem), &facts->embeds[facts->embeds_count], keys->err);
    if (keys->rc < 0)
        return;
    facts->embeds_from = IMAGE_EMBEDS_OPERATOR;
    facts->embeds_count++;
}

// The descriptor's name and the operator's must not differ; one of them is needed.
static int take_name(const char *given, struct image_facts *facts, struct err *err)
{
    struct image_name name;

    if (given == NULL || given[0] == '\0')
        return facts->has_name
                   ? 0
                   : err_set(err, ERR_INVALID,
                         "the image does not say its name; give it with --name BOARD-VERSION");
    if (!image_name_parse(given, strlen(given), &name))
        return err_set(err, ERR_INVALID, "'%.80s' is no image name <BOARD>-<VERSION>", given);
    if (facts->has_name && strcmp(name.text, facts->name.text) != 0)
        return err_set(err, ERR_CONFLICT,
            "the image says that it is %s, not %s; add it without --name", facts->name.text,
            name.text);
    facts->name = name;
    return 0;
}

static void describe(const struct image_facts *facts, struct image *image)
{
    static const char *const from[] = {"unknown", "descriptor", "pem", "operator"};

    memset(image, 0, sizeof *image);
    image->name = facts->name;
    image->layout = facts->layout;
    image->size_bytes = (int64_t)facts->size_bytes;
    memcpy(image->sha256, facts->sha256, sizeof image->sha256);
    memcpy(image->md5, facts->md5, sizeof image->md5);
    memcpy(image->embeds_from, from[facts->embeds_from], strlen(from[facts->embeds_from]));
    image->embeds_count = facts->embeds_count;
    for (size_t i = 0; i < facts->embeds_count; i++)
        memcpy(image->embeds[i], facts->embeds[i].id, sizeof image->embeds[i]);
    image->added_at_ms = clock_now_ms();
}

static int inspect(const struct http_request *request, const uint8_t *p, size_t n,
    struct image_facts *facts, struct err *err)
{
    struct operator_keys keys = {.facts = facts, .err = err};
    int rc = image_inspect(p, n, facts, err);

    if (rc < 0)
        return rc;
    http_request_each_query(request, "embeds", take_operator_key, &keys);
    if (keys.rc < 0)
        return keys.rc;
    return take_name(http_request_query(request, "name"), facts, err);
}

static bool is_used(const struct api *api, const char *sha256)
{
    const struct release_catalogue *catalogue = release_hold(api->release);
    bool used = false;

    for (size_t i = 0; i < catalogue->member_count && !used; i++)
        used = strcmp(catalogue->members[i].image.sha256, sha256) == 0;
    release_drop(api->release, catalogue);
    return used;
}

// Removes a file that no image refers to.
static void remove_unused(const struct api *api, const char *sha256)
{
    struct err err = {0};

    if (!is_used(api, sha256) && image_files_remove(api->images_dir, sha256, &err) < 0)
        log_warning("api", "image file left over error=\"%s\"", err.message);
}

// One image at a time: the same bytes may be added and removed at once under two names.
static int enter(
    struct api *api, const struct image *image, const uint8_t *p, size_t n, struct err *err)
{
    char replaced[IMAGE_SHA256_SIZE] = "";
    int rc;

    pthread_mutex_lock(&api->adding);
    rc = image_files_put(api->images_dir, image->sha256, p, n, err);
    if (rc == 0) {
        rc = release_add(api->release, image, replaced, err);
        if (rc < 0)
            remove_unused(api, image->sha256);
        else if (replaced[0] != '\0')
            remove_unused(api, replaced);
    }
    pthread_mutex_unlock(&api->adding);
    return rc;
}

int api_image_add(
    struct api *api, const struct http_request *request, struct image *out, struct err *err)
{
    size_t n;
    const uint8_t *p = http_request_body(request, &n);
    struct image_facts *facts = calloc(1, sizeof *facts);
    int rc;

    if (facts == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an image");
    rc = n > 0 ? inspect(request, p, n, facts, err)
               : err_set(err, ERR_INVALID, "the body is to be the signed image");
    if (rc == 0)
        describe(facts, out);
    free(facts);
    if (rc < 0)
        return rc;

    // An image that no key verifies can be added, but not published.
    bool verified = api_signer_find(api, p, n, out->signer);

    rc = enter(api, out, p, n, err);
    if (rc == 0 && !verified)
        api_signer_record(api, out->name.text); // its key may have been added meanwhile
    return rc;
}
