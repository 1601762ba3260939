// The catalogue of images and keys: changes go through the store's writer, readers hold a snapshot.
#include "server/release/release.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_version.h"
#include "server/audit/audit_json.h"
#include "server/release/release_find.h"
#include "server/release/release_load.h"
#include "server/release/release_publish.h"
#include "server/store/image_store.h"
#include "server/store/rollout_store.h"

struct release {
    struct store *store;
    pthread_mutex_t reloading; // one at a time, so that none replaces a later state by an earlier
    pthread_mutex_t lock;      // guards `present` and every `references`
    struct release_catalogue *present;
};

static void unreference(struct release *release, struct release_catalogue *catalogue)
{
    bool last;

    pthread_mutex_lock(&release->lock);
    last = --catalogue->references == 0;
    pthread_mutex_unlock(&release->lock);
    if (last)
        release_load_free(catalogue);
}

static int load(struct release *release, struct release_catalogue **out, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(release->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = release_load(connection, false, out, err);
    store_read_end(release->store, connection);
    return rc;
}

static void replace(struct release *release, struct release_catalogue *fresh)
{
    struct release_catalogue *old;

    fresh->references = 1;
    pthread_mutex_lock(&release->lock);
    old = release->present;
    release->present = fresh;
    pthread_mutex_unlock(&release->lock);
    if (old != NULL)
        unreference(release, old);
}

int release_refresh(struct release *release, struct err *err)
{
    struct release_catalogue *fresh;

    pthread_mutex_lock(&release->reloading);

    int rc = load(release, &fresh, err);

    if (rc == 0)
        replace(release, fresh);
    pthread_mutex_unlock(&release->reloading);
    return rc;
}

int release_open(struct store *store, struct release **out, struct err *err)
{
    struct release *release = calloc(1, sizeof *release);
    int rc;

    if (release == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the catalogue");
    release->store = store;
    pthread_mutex_init(&release->reloading, NULL);
    pthread_mutex_init(&release->lock, NULL);
    rc = release_refresh(release, err);
    if (rc < 0) {
        release_close(release);
        return err_context(err, "catalogue");
    }
    *out = release;
    return 0;
}

void release_close(struct release *release)
{
    if (release == NULL)
        return;
    if (release->present != NULL)
        unreference(release, release->present);
    pthread_mutex_destroy(&release->lock);
    pthread_mutex_destroy(&release->reloading);
    free(release);
}

const struct release_catalogue *release_hold(struct release *release)
{
    struct release_catalogue *catalogue;

    pthread_mutex_lock(&release->lock);
    catalogue = release->present;
    catalogue->references++;
    pthread_mutex_unlock(&release->lock);
    return catalogue;
}

void release_drop(struct release *release, const struct release_catalogue *catalogue)
{
    unreference(release, (struct release_catalogue *)catalogue);
}

// What an operator wants changed.
struct change {
    const struct image *image;
    const struct image_key *key;
    const char *name;
    const char *key_id;
    struct release_added *added; // written by apply_add()
    bool *existed;               // written by apply_add_key()
};

struct job {
    const struct audit_change *change;
    release_change *apply;
    void *ctx;
};

static int run_change(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct job *job = ctx;
    struct release_catalogue *catalogue;
    int rc = release_load(connection, true, &catalogue, err);

    if (rc < 0)
        return rc;
    rc = job->apply(connection, catalogue, job->ctx, err);
    release_load_free(catalogue);
    return rc;
}

// What is told is told by whoever knows the ctx.
static void tell_change(struct audit_told *told, const void *ctx)
{
    const struct job *job = ctx;

    job->change->tell(told, job->ctx);
}

int release_make_change(struct release *release, const struct audit_change *change,
    release_change *apply, void *ctx, struct err *err)
{
    struct job job = {change, apply, ctx};
    struct audit_change told = *change;

    if (change->tell != NULL)
        told.tell = tell_change;

    int rc = audit_run(release->store, &told, run_change, &job, err);

    return rc < 0 ? rc : release_refresh(release, err);
}

int release_look(struct release *release, release_change *look, void *ctx, struct err *err)
{
    struct release_catalogue *catalogue;
    struct store_connection *connection;
    int rc = store_read_begin(release->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = release_load(connection, true, &catalogue, err);
    if (rc == 0) {
        rc = look(connection, catalogue, ctx, err);
        release_load_free(catalogue);
    }
    store_read_end(release->store, connection);
    return rc;
}

static struct image *find(
    const struct release_catalogue *catalogue, const char *name, struct err *err)
{
    const struct release_member *member = release_find_member(catalogue, name, err);

    return member != NULL ? (struct image *)&member->image : NULL;
}

// The member that has the image's place in its chain already, or NULL.
static const struct release_member *find_equal(
    const struct release_catalogue *catalogue, const struct image_name *name)
{
    for (size_t i = 0; i < catalogue->member_count; i++) {
        const struct image_name *other = &catalogue->members[i].image.name;

        if (strcmp(other->board, name->board) == 0 &&
            image_version_compare(other->version, name->version) == 0)
            return &catalogue->members[i];
    }
    return NULL;
}

// A mistake that nobody was ever offered can be put right; what a device may run stays as it is.
static int make_room(struct store_connection *connection, const struct release_catalogue *catalogue,
    const struct change *change, struct err *err)
{
    const struct release_member *old = find_equal(catalogue, &change->image->name);

    if (old == NULL)
        return 0;
    if (old->image.state != IMAGE_ADDED || old->devices > 0 || old->staged > 0)
        return err_set(err, ERR_CONFLICT,
            "image %s already exists (SHA-256 %.12s%s); give the new one a higher version",
            old->image.name.text, old->image.sha256,
            strcmp(old->image.sha256, change->image->sha256) == 0
                ? ", the same bytes, but added with other --embeds"
                : "");
    memcpy(change->added->replaced, old->image.sha256, IMAGE_SHA256_SIZE);
    return image_store_remove(connection, old->image.name.text, err);
}

static int apply_add(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct change *change = ctx;
    const struct release_member *old = find_equal(catalogue, &change->image->name);

    if (old != NULL && image_is_same(&old->image, change->image)) {
        change->added->existed = true;
        return 0;
    }

    int rc = make_room(connection, catalogue, change, err);

    return rc < 0 ? rc : image_store_add(connection, change->image, err);
}

// The one whose place it takes may have borne another name.
static void tell_added(struct audit_told *told, const void *ctx)
{
    const struct change *change = ctx;
    const struct image *image = change->image;

    if (change->added->existed)
        return;
    if (change->added->replaced[0] != '\0')
        audit_json_add_text(&told->before, "sha256", change->added->replaced);
    audit_json_add_text(&told->after, "state", image_state_name(image->state));
    audit_json_add_text(&told->after, "sha256", image->sha256);
    audit_json_add_number(&told->after, "size_bytes", image->size_bytes);
    audit_json_add_text(&told->after, "signer", image->signer);
    audit_json_add_text(&told->after, "embeds_from", image->embeds_from);
}

int release_add(struct release *release, const struct audit_author *by, const struct image *image,
    struct release_added *added, struct err *err)
{
    struct change change = {.image = image, .added = added};
    struct audit_change audit = {.by = by,
        .verb = "add",
        .kind = AUDIT_IMAGE,
        .object = image->name.text,
        .tell = tell_added};

    *added = (struct release_added){.existed = false};
    return release_make_change(release, &audit, apply_add, &change, err);
}

static int apply_signer(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct change *change = ctx;
    struct image *image = find(catalogue, change->name, err);

    if (image == NULL)
        return ERR_NOT_FOUND;
    if (strcmp(image->sha256, change->image->sha256) != 0)
        return err_set(err, ERR_CONFLICT, "image %s was replaced meanwhile", image->name.text);
    memcpy(image->signer, change->key_id, strnlen(change->key_id, IMAGE_KEY_ID_SIZE - 1));
    return image_store_update(connection, image, err);
}

int release_set_signer(struct release *release, const struct audit_author *by,
    const struct image *image, const char *key_id, struct err *err)
{
    struct change change = {.image = image, .name = image->name.text, .key_id = key_id};
    struct audit_change audit = {
        .by = by, .verb = "verify", .kind = AUDIT_IMAGE, .object = image->name.text};

    return release_make_change(release, &audit, apply_signer, &change, err);
}

static int apply_add_key(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct change *change = ctx;
    for (size_t i = 0; i < catalogue->key_count; i++) {
        bool same = strcmp(catalogue->keys[i].id, change->key->id) == 0;

        if (same && strcmp(catalogue->keys[i].name, change->key->name) == 0) {
            *change->existed = true;
            return 0;
        }
        if (same)
            return err_set(err, ERR_CONFLICT,
                "that key is already known, as '%s'; 'secureesp keys remove' makes room for it "
                "under another name",
                catalogue->keys[i].name);
        if (strcmp(catalogue->keys[i].name, change->key->name) == 0)
            return err_set(err, ERR_CONFLICT,
                "another key is known as '%s'; choose a name with --name", change->key->name);
    }
    return image_store_add_key(connection, change->key, err);
}

int release_add_key(struct release *release, const struct audit_author *by,
    const struct image_key *key, bool *existed, struct err *err)
{
    struct change change = {.key = key, .existed = existed};
    struct audit_change audit = {.by = by, .verb = "add", .kind = AUDIT_KEY, .object = key->id};

    *existed = false;
    return release_make_change(release, &audit, apply_add_key, &change, err);
}
