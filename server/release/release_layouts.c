// The layouts of images that an earlier version added.
#include "server/release/release_layouts.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/image/image_files.h"
#include "server/image/image_facts.h"
#include "server/release/release_load.h"
#include "server/store/image_store.h"

static int load(struct store *store, struct release_catalogue **out, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = release_load(connection, false, out, err);
    store_read_end(store, connection);
    return rc;
}

static int read_layout(const char *images_dir, struct image *image, struct err *err)
{
    struct image_facts facts;
    uint8_t *p;
    size_t n;
    int rc = image_files_read(images_dir, image->sha256, &p, &n, err);

    if (rc < 0)
        return rc;
    rc = image_facts_read(p, n, &facts, err);
    free(p);
    if (rc < 0)
        return rc;
    if (strcmp(facts.sha256, image->sha256) != 0)
        return err_set(err, ERR_IO, "the file has other bytes than it had");
    image->layout = facts.layout;
    return 0;
}

static int update(struct store_connection *connection, void *ctx, struct err *err)
{
    return image_store_update(connection, ctx, err);
}

static int fill(struct store *store, const char *images_dir, struct image *image, struct err *err)
{
    struct err reason = {0};

    if (image->layout != IMAGE_LAYOUT_UNREAD)
        return 0;
    if (read_layout(images_dir, image, &reason) < 0) {
        log_warning(
            "release", "layout unknown image=%s error=\"%s\"", image->name.text, reason.message);
        return 0;
    }
    return store_write(store, update, image, err);
}

int release_layouts_fill(struct store *store, const char *images_dir, struct err *err)
{
    struct release_catalogue *catalogue;
    int rc = load(store, &catalogue, err);

    if (rc == 0) {
        for (size_t i = 0; i < catalogue->member_count && rc == 0; i++)
            rc = fill(store, images_dir, &catalogue->members[i].image, err);
        release_load_free(catalogue);
    }
    return rc < 0 ? err_context(err, "layout of images") : 0;
}
