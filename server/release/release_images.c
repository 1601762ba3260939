// From the bytes of a signed image to an image of the fleet.
#include "server/release/release_images.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/image/image_facts.h"
#include "server/image/image_files.h"
#include "server/image/image_layout.h"
#include "server/pki/public_key.h"
#include "server/release/release_signer.h"

void release_images_init(struct release_images *images, struct release *release, const char *folder)
{
    images->release = release;
    images->folder = folder;
    pthread_mutex_init(&images->adding, NULL);
}

void release_images_clear(struct release_images *images)
{
    pthread_mutex_destroy(&images->adding);
}

static int read_facts(const struct release_offer *offer, struct image_facts *facts, struct err *err)
{
    int rc = offer->n > 0 ? image_facts_read(offer->p, offer->n, facts, err)
                          : err_set(err, ERR_INVALID, "the body must be the signed image");

    for (size_t i = 0; rc == 0 && i < offer->embeds_count; i++)
        rc = image_facts_take_key(facts, offer->embeds[i], err);
    return rc < 0 ? rc : image_facts_take_name(facts, offer->name, offer->literal_name, err);
}

// A device would refuse it, and with it all that come after it in the chain.
static int check_size(const struct image_facts *facts, struct err *err)
{
    size_t max = image_layout_max_bytes(facts->layout, facts->has_name);
    const char *layout = image_layout_name(facts->layout);

    if (facts->size_bytes <= max)
        return 0;
    return err_set(err, ERR_TOO_LARGE,
        "the image has %zu bytes; a device has room for %zu (layout %s)", facts->size_bytes, max,
        layout != NULL ? layout : "unknown");
}

static bool is_used(const struct release_images *images, const char *sha256)
{
    const struct release_catalogue *catalogue = release_hold(images->release);
    bool used = false;

    for (size_t i = 0; i < catalogue->member_count && !used; i++)
        used = strcmp(catalogue->members[i].image.sha256, sha256) == 0;
    release_drop(images->release, catalogue);
    return used;
}

// Removes a file that no image refers to.
static void remove_unused(const struct release_images *images, const char *sha256)
{
    struct err err = {0};

    if (!is_used(images, sha256) && image_files_remove(images->folder, sha256, &err) < 0)
        log_warning("release", "image file left over error=\"%s\"", err.message);
}

// One image at a time: the same bytes may be added and removed at once under two names.
static int enter(struct release_images *images, const struct image *image,
    const struct release_offer *offer, bool *existed, struct err *err)
{
    struct release_added added = {.existed = false};
    int rc;

    pthread_mutex_lock(&images->adding);
    rc = image_files_put(images->folder, image->sha256, offer->p, offer->n, err);
    if (rc == 0) {
        rc = release_add(images->release, offer->by, image, &added, err);
        if (rc < 0)
            remove_unused(images, image->sha256);
        else if (added.replaced[0] != '\0')
            remove_unused(images, added.replaced);
    }
    pthread_mutex_unlock(&images->adding);
    *existed = added.existed;
    return rc;
}

static bool find_signer(
    const struct release_images *images, const uint8_t *p, size_t n, char out[IMAGE_KEY_ID_SIZE])
{
    const struct release_catalogue *catalogue = release_hold(images->release);
    bool found = release_signer_find(catalogue, p, n, out);

    release_drop(images->release, catalogue);
    return found;
}

int release_images_add(struct release_images *images, const struct release_offer *offer,
    struct image *out, bool *existed, struct err *err)
{
    struct image_facts *facts = calloc(1, sizeof *facts);

    if (facts == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an image");

    int rc = read_facts(offer, facts, err);

    if (rc == 0)
        rc = check_size(facts, err);
    if (rc == 0)
        image_facts_to_image(facts, clock_now_ms(), out);
    free(facts);
    if (rc < 0)
        return rc;

    bool verified = find_signer(images, offer->p, offer->n, out->signer);

    rc = enter(images, out, offer, existed, err);
    if (rc == 0 && !verified)
        release_images_find_signers(
            images, offer->by, out->name.text); // its key may have come meanwhile
    return rc;
}

int release_images_remove(
    struct release_images *images, const struct release_remove_wish *wish, struct err *err)
{
    char sha256[IMAGE_SHA256_SIZE];

    pthread_mutex_lock(&images->adding);

    int rc = release_remove_image(images->release, wish, sha256, err);

    if (rc == 0)
        remove_unused(images, sha256);
    pthread_mutex_unlock(&images->adding);
    return rc;
}

static void record_signer(
    const struct release_images *images, const struct audit_author *by, const struct image *image)
{
    char id[IMAGE_KEY_ID_SIZE];
    struct err err = {0};
    uint8_t *p;
    size_t n;
    int rc = image_files_read(images->folder, image->sha256, &p, &n, &err);

    if (rc == 0) {
        bool found = find_signer(images, p, n, id);

        free(p);
        if (!found)
            return;
        rc = release_set_signer(images->release, by, image, id, &err);
    }
    if (rc == 0)
        log_info("release", "image verified name=%s key=%s", image->name.text, id);
    else
        log_error(
            "release", "image not verified name=%s error=\"%s\"", image->name.text, err.message);
}

void release_images_find_signers(
    struct release_images *images, const struct audit_author *by, const char *name)
{
    const struct release_catalogue *catalogue = release_hold(images->release);

    for (size_t i = 0; i < catalogue->member_count; i++) {
        const struct image *image = &catalogue->members[i].image;

        if (image->signer[0] == '\0' && (name == NULL || strcmp(image->name.text, name) == 0))
            record_signer(images, by, image);
    }
    release_drop(images->release, catalogue);
}

struct release_images_state release_images_verify(const struct release_images *images,
    const struct release_catalogue *catalogue, const struct image *image)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    struct release_images_state state = {0};
    uint8_t *p;
    size_t n;

    if (image_files_read(images->folder, image->sha256, &p, &n, NULL) < 0)
        return state;
    digest_sha256(p, n, sha256);
    state.stored_ok = strcmp(sha256, image->sha256) == 0;
    state.signature_ok = release_signer_verifies(catalogue, image->signer, p, n);
    free(p);
    return state;
}
