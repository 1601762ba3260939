// Which known key signed an image.
#include "server/api/api_signer.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/image/image_files.h"
#include "server/image/image_find.h"
#include "server/pki/public_key.h"

static bool verifies(const struct image_key *known, const uint8_t *p, size_t n)
{
    struct public_key key;
    size_t index;

    return public_key_from_der(known->der, known->der_size, &key, NULL) == 0 &&
           image_find_signer(p, n, &key, 1, &index, NULL) == 0;
}

bool api_signer_find(const struct api *api, const uint8_t *p, size_t n, char out[IMAGE_KEY_ID_SIZE])
{
    const struct release_catalogue *catalogue = release_hold(api->release);
    bool found = false;

    for (size_t i = 0; i < catalogue->key_count && !found; i++) {
        found = verifies(&catalogue->keys[i], p, n);
        if (found)
            memcpy(out, catalogue->keys[i].id, IMAGE_KEY_ID_SIZE);
    }
    release_drop(api->release, catalogue);
    return found;
}

static void record(const struct api *api, const struct image *image)
{
    char id[IMAGE_KEY_ID_SIZE];
    struct err err = {0};
    uint8_t *p;
    size_t n;
    int rc = image_files_read(api->images_dir, image->sha256, &p, &n, &err);

    if (rc == 0) {
        bool found = api_signer_find(api, p, n, id);

        free(p);
        if (!found)
            return;
        rc = release_set_signer(api->release, image, id, &err);
    }
    if (rc == 0)
        log_info("api", "image verified name=%s key=%s", image->name.text, id);
    else
        log_error("api", "image not verified name=%s error=\"%s\"", image->name.text, err.message);
}

void api_signer_record(const struct api *api, const char *name)
{
    const struct release_catalogue *catalogue = release_hold(api->release);

    for (size_t i = 0; i < catalogue->member_count; i++) {
        const struct image *image = &catalogue->members[i].image;

        if (image->signer[0] == '\0' && (name == NULL || strcmp(image->name.text, name) == 0))
            record(api, image);
    }
    release_drop(api->release, catalogue);
}
