// Keys that are to be used no more.
#include "server/release/release_key.h"

#include <string.h>

#include "server/audit/audit_json.h"
#include "server/base/clock.h"
#include "server/store/image_store.h"

#define ID_DIGITS_MIN 12

// --- who needs it

static bool embeds(const struct image *image, const char *key_id)
{
    for (size_t i = 0; i < image->embeds_count; i++) {
        if (strcmp(image->embeds[i], key_id) == 0)
            return true;
    }
    return false;
}

// Whether something can still be signed for devices on an image: it embeds a key in use, other
// than that one (NULL: any).
static bool has_other(const struct release_catalogue *catalogue, const struct image *image,
    const struct image_key *key)
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct image_key *other = &catalogue->keys[i];

        if (other->retired_at_ms == 0 && embeds(image, other->id) &&
            (key == NULL || strcmp(other->id, key->id) != 0))
            return true;
    }
    return false;
}

// Members as one of the channels sees them; reach counts from the first of the board.
struct view {
    const struct release_member *members;
    bool beta;
};

// Devices on a member that see it so.
static int64_t count(const struct release_catalogue *catalogue, const struct view *view, size_t i)
{
    const struct release_member *member = &catalogue->members[i];

    if (catalogue->stable == NULL)
        return member->devices;
    return view->beta ? member->beta_devices : member->devices - member->beta_devices;
}

static void look_at_view(const struct release_catalogue *catalogue, const struct view *view,
    const struct image_key *key, struct release_key_use *use)
{
    size_t first = 0;

    for (size_t i = 0; i < catalogue->member_count; i++) {
        const struct release_member *member = &view->members[i];
        const struct image *end;
        int64_t devices = count(catalogue, view, i);

        if (strcmp(member->image.name.board, view->members[first].image.name.board) != 0)
            first = i;
        end = &view->members[first + member->reach].image;
        if (devices == 0 || has_other(catalogue, end, key) || !has_other(catalogue, end, NULL))
            continue;
        if (use->stranded == 0) {
            use->at = member->image.name;
            use->end = end->name;
        }
        use->stranded += devices;
    }
}

void release_key_look(const struct release_catalogue *catalogue, const struct image_key *key,
    struct release_key_use *out)
{
    const struct view beta = {catalogue->members, true};
    const struct view stable = {catalogue->stable, false};

    *out = (struct release_key_use){.signs = 0};
    for (size_t i = 0; i < catalogue->member_count; i++) {
        const struct release_member *member = &catalogue->members[i];

        if (strcmp(member->image.signer, key->id) == 0 && out->signs++ == 0)
            out->first_signed = member->image.name;
        if (!embeds(&member->image, key->id))
            continue;
        if (out->embeds++ == 0)
            out->first_embedding = member->image.name;
        out->devices += member->devices;
    }
    look_at_view(catalogue, &beta, key, out);
    if (catalogue->stable != NULL)
        look_at_view(catalogue, &stable, key, out);
}

int release_key_check_signer(
    const struct release_catalogue *catalogue, const struct image *image, struct err *err)
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct image_key *key = &catalogue->keys[i];

        if (strcmp(key->id, image->signer) == 0 && key->retired_at_ms != 0)
            return err_set(err, ERR_CONFLICT,
                "image %s is not published: it is signed with key %s, which is retired; sign "
                "another with a key in use, or take that back with 'secureesp keys retire %s "
                "--undo'",
                image->name.text, key->name, key->name);
    }
    return 0;
}

// --- which one

static const struct image_key *find_named(
    const struct release_catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        if (strcmp(catalogue->keys[i].name, name) == 0)
            return &catalogue->keys[i];
    }
    return NULL;
}

// The key that a word means, or NULL if it means none or several.
static const struct image_key *find_key(const struct release_catalogue *catalogue, const char *word)
{
    const struct image_key *key = find_named(catalogue, word);
    size_t n = strlen(word);

    for (size_t i = 0; i < catalogue->key_count && n >= ID_DIGITS_MIN; i++) {
        if (strncmp(catalogue->keys[i].id, word, n) != 0 || key == &catalogue->keys[i])
            continue;
        if (key != NULL)
            return NULL;
        key = &catalogue->keys[i];
    }
    return key;
}

int release_key_find(const struct release_catalogue *catalogue, const char *word,
    const struct image_key **out, struct err *err)
{
    *out = find_key(catalogue, word);
    if (*out != NULL)
        return 0;
    return err_set(err, ERR_NOT_FOUND,
        "no single key has the name or id '%s'; 'secureesp keys list' shows both (12 digits of an "
        "id are enough)",
        word);
}

// --- what is done

struct ending {
    const struct release_key_wish *wish;
    struct release_key_end *out;
};

static int check_stranded(const struct image_key *key, const struct release_key_use *use,
    const char *done, struct err *err)
{
    if (use->stranded == 0)
        return 0;
    return err_set(err, ERR_CONFLICT,
        "key %s is not %s: it would strand %lld device%s: those on %s come to %s, which embeds no "
        "other key in use, so that they could never verify anything again; publish an image that "
        "embeds another first ('secureesp keys rotate'; --force does it anyway)",
        key->name, done, (long long)use->stranded, use->stranded == 1 ? "" : "s", use->at.text,
        use->end.text);
}

static int check_images(
    const struct image_key *key, const struct release_key_use *use, struct err *err)
{
    if (use->signs + use->embeds == 0)
        return 0;
    return err_set(err, ERR_CONFLICT,
        "key %s is not removed: image %s %s (%zu are signed with it, %zu embed it, %lld device%s "
        "%s these); remove those first with 'secureesp images remove', or only retire it "
        "('secureesp keys retire'; --force does it anyway)",
        key->name, use->signs > 0 ? use->first_signed.text : use->first_embedding.text,
        use->signs > 0 ? "is signed with it" : "embeds it", use->signs, use->embeds,
        (long long)use->devices, use->devices == 1 ? "" : "s", use->devices == 1 ? "runs" : "run");
}

// Looks, and says whether it may be. The dry look ends with that.
static int begin(const struct release_catalogue *catalogue, const struct ending *ending,
    const char *done, const struct image_key **key, struct err *err)
{
    const struct release_key_wish *wish = ending->wish;
    struct release_key_end *out = ending->out;
    bool removes = strcmp(done, "removed") == 0;
    int rc = release_key_find(catalogue, wish->word, key, err);

    if (rc < 0)
        return rc;
    out->key = **key;
    release_key_look(catalogue, *key, &out->use);
    if (wish->undo || (!removes && (*key)->retired_at_ms != 0) || (wish->force && !wish->dry))
        return 0;
    rc = removes ? check_images(*key, &out->use, &out->refused) : 0;
    if (rc == 0)
        rc = check_stranded(*key, &out->use, done, &out->refused);
    if (rc < 0 && !wish->dry)
        *err = out->refused;
    return wish->dry ? 0 : rc;
}

static int retire(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct ending *ending = ctx;
    const struct release_key_wish *wish = ending->wish;
    struct image_key *out = &ending->out->key;
    const struct image_key *key;
    int rc = begin(catalogue, ending, "retired", &key, err);

    if (rc < 0 || wish->dry || wish->undo == (key->retired_at_ms == 0))
        return rc;
    out->retired_at_ms = wish->undo ? 0 : clock_now_ms(); // the writer also moves the clock
    return image_store_retire_key(connection, out->id, out->retired_at_ms, err);
}

static int drop(struct store_connection *connection, struct release_catalogue *catalogue, void *ctx,
    struct err *err)
{
    const struct ending *ending = ctx;
    const struct image_key *key;
    int rc = begin(catalogue, ending, "removed", &key, err);

    return rc < 0 || ending->wish->dry ? rc : image_store_remove_key(connection, key->id, err);
}

// Which one the word means is known only then.
static void tell_removed(struct audit_told *told, const void *ctx)
{
    const struct image_key *key = &((const struct ending *)ctx)->out->key;

    memcpy(told->object, key->id, sizeof key->id);
    audit_json_add_text(&told->before, "name", key->name);
    audit_json_add_text(&told->before, "algorithm", key->algorithm);
}

static void tell_retired(struct audit_told *told, const void *ctx)
{
    const struct ending *ending = ctx;
    const struct image_key *key = &ending->out->key;

    memcpy(told->object, key->id, sizeof key->id);
    audit_json_add_text(&told->after, "name", key->name);
    audit_json_add_number(&told->after, "retired_at_ms", key->retired_at_ms);
}

int release_key_retire(struct release *release, const struct release_key_wish *wish,
    struct release_key_end *out, struct err *err)
{
    struct ending ending = {wish, out};
    const struct audit_change audit = {.by = wish->by,
        .verb = wish->undo ? "restore" : "retire",
        .kind = AUDIT_KEY,
        .forced = wish->force,
        .tell = tell_retired};

    *out = (struct release_key_end){.use = {0}};
    return wish->dry ? release_look(release, retire, &ending, err)
                     : release_make_change(release, &audit, retire, &ending, err);
}

int release_key_remove(struct release *release, const struct release_key_wish *wish,
    struct release_key_end *out, struct err *err)
{
    struct ending ending = {wish, out};
    const struct audit_change audit = {.by = wish->by,
        .verb = "remove",
        .kind = AUDIT_KEY,
        .forced = wish->force,
        .tell = tell_removed};

    *out = (struct release_key_end){.use = {0}};
    return wish->dry ? release_look(release, drop, &ending, err)
                     : release_make_change(release, &audit, drop, &ending, err);
}
