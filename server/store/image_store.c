// Images and keys in the database.
#include "server/store/image_store.h"

#include <string.h>

#include "server/store/statement.h"

static const char insert[] =
    "INSERT INTO images (name, state, size_bytes, sha256, md5, signer, embeds_from, added_at_ms,"
    " published_at_ms, layout, channel, was_stable)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char insert_embed[] =
    "INSERT INTO image_embeds (image, position, key) VALUES (?, ?, ?)";

static const char update[] =
    "UPDATE images SET state = ?, signer = ?, published_at_ms = ?, layout = ?, must_pass = ?,"
    " channel = ?, was_stable = ? WHERE name = ?";

static const char delete_embeds[] = "DELETE FROM image_embeds WHERE image = ?";

static const char delete_image[] = "DELETE FROM images WHERE name = ?";

static const char select_all[] =
    "SELECT name, state, size_bytes, sha256, md5, signer, embeds_from, added_at_ms,"
    " published_at_ms, layout, must_pass, channel, was_stable FROM images";

static const char select_embeds[] =
    "SELECT key FROM image_embeds WHERE image = ? ORDER BY position LIMIT ?";

static const char select_sha256[] = "SELECT sha256 FROM images WHERE name = ?";

static const char retire_key[] = "UPDATE keys SET retired_at_ms = ?2 WHERE id = ?1 RETURNING id";

static const char delete_key[] = "DELETE FROM keys WHERE id = ?";

static const char insert_key[] =
    "INSERT INTO keys (id, name, algorithm, der, added_at_ms) VALUES (?, ?, ?, ?, ?)";

static const char select_keys[] =
    "SELECT id, name, algorithm, der, added_at_ms, retired_at_ms FROM keys";

static int add_embed(struct store_connection *connection, const struct image *image,
    size_t position, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, insert_embed);
    statement_bind_text(&s, image->name.text);
    statement_bind_int(&s, (int64_t)position);
    statement_bind_text(&s, image->embeds[position]);
    return statement_run(&s, err);
}

int image_store_add(struct store_connection *connection, const struct image *image, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, insert);
    statement_bind_text(&s, image->name.text);
    statement_bind_int(&s, image->state);
    statement_bind_int(&s, image->size_bytes);
    statement_bind_text(&s, image->sha256);
    statement_bind_text(&s, image->md5);
    statement_bind_text(&s, image->signer);
    statement_bind_text(&s, image->embeds_from);
    statement_bind_int(&s, image->added_at_ms);
    statement_bind_int(&s, image->published_at_ms);
    statement_bind_int(&s, image->layout);
    statement_bind_int(&s, image->channel);
    statement_bind_int(&s, image->was_stable);

    int rc = statement_run(&s, err);

    if (rc == ERR_CONFLICT)
        return err_set(err, rc, "an image named %s already exists", image->name.text);
    for (size_t i = 0; rc == 0 && i < image->embeds_count; i++)
        rc = add_embed(connection, image, i, err);
    return rc;
}

int image_store_update(
    struct store_connection *connection, const struct image *image, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, update);
    statement_bind_int(&s, image->state);
    statement_bind_text(&s, image->signer);
    statement_bind_int(&s, image->published_at_ms);
    statement_bind_int(&s, image->layout);
    statement_bind_int(&s, image->must_pass);
    statement_bind_int(&s, image->channel);
    statement_bind_int(&s, image->was_stable);
    statement_bind_text(&s, image->name.text);

    int rc = statement_run(&s, err);

    if (rc == 0 && sqlite3_changes(connection->db) == 0)
        return err_set(err, ERR_NOT_FOUND, "no image is named %s", image->name.text);
    return rc;
}

static int run_for(
    struct store_connection *connection, const char *sql, const char *name, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    statement_bind_text(&s, name);
    return statement_run(&s, err);
}

int image_store_remove(struct store_connection *connection, const char *name, struct err *err)
{
    int rc = run_for(connection, delete_embeds, name, err);

    if (rc == 0)
        rc = run_for(connection, delete_image, name, err);
    if (rc == 0 && sqlite3_changes(connection->db) == 0)
        return err_set(err, ERR_NOT_FOUND, "no image is named %s", name);
    return rc;
}

static int read_embeds(struct store_connection *connection, struct image *image, struct err *err)
{
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_embeds);
    statement_bind_text(&s, image->name.text);
    statement_bind_int(&s, IMAGE_DESCRIPTOR_KEYS_MAX);
    while (statement_next(&s, &rc, err))
        statement_text(&s, 0, image->embeds[image->embeds_count++], IMAGE_KEY_ID_SIZE);
    return rc;
}

static int read_image(struct statement *s, struct image *out, struct err *err)
{
    char name[IMAGE_NAME_SIZE];

    memset(out, 0, sizeof *out);
    statement_text(s, 0, name, sizeof name);
    if (!image_name_parse(name, strlen(name), &out->name))
        return err_set(err, ERR_IO, "database: image name damaged");
    out->state = (enum image_state)statement_int(s, 1);
    out->size_bytes = statement_int(s, 2);
    statement_text(s, 3, out->sha256, sizeof out->sha256);
    statement_text(s, 4, out->md5, sizeof out->md5);
    statement_text(s, 5, out->signer, sizeof out->signer);
    statement_text(s, 6, out->embeds_from, sizeof out->embeds_from);
    out->added_at_ms = statement_int(s, 7);
    out->published_at_ms = statement_int(s, 8);
    out->layout = (enum image_layout)statement_int(s, 9);
    out->must_pass = statement_int(s, 10) != 0;
    out->channel = channel_from(statement_int(s, 11));
    out->was_stable = statement_int(s, 12) != 0;
    return read_embeds(s->connection, out, err);
}

int image_store_each(struct store_connection *connection,
    int (*each)(const struct image *image, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct image image;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        rc = read_image(&s, &image, err);
        if (rc == 0)
            rc = each(&image, ctx);
    }
    return rc;
}

int image_store_get_sha256(struct store_connection *connection, const char *name,
    char out[IMAGE_SHA256_SIZE], struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_sha256);
    statement_bind_text(&s, name);

    int rc = statement_step(&s, err);

    out[0] = '\0';
    if (rc > 0)
        statement_text(&s, 0, out, IMAGE_SHA256_SIZE);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int image_store_add_key(
    struct store_connection *connection, const struct image_key *key, struct err *err)
{
    struct statement s;

    if (key->der_size > sizeof key->der)
        return err_set(err, ERR_INVALID, "key %s is too large", key->name);
    statement_open(&s, connection, insert_key);
    statement_bind_text(&s, key->id);
    statement_bind_text(&s, key->name);
    statement_bind_text(&s, key->algorithm);
    statement_bind_blob(&s, key->der, key->der_size);
    statement_bind_int(&s, key->added_at_ms);

    int rc = statement_run(&s, err);

    if (rc == ERR_CONFLICT)
        return err_set(err, rc, "the key or the name %s already exists", key->name);
    return rc;
}

int image_store_each_key(struct store_connection *connection,
    int (*each)(const struct image_key *key, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct image_key key;
    int rc = 0;

    statement_open(&s, connection, select_keys);
    while (statement_next(&s, &rc, err)) {
        memset(&key, 0, sizeof key);
        statement_text(&s, 0, key.id, sizeof key.id);
        statement_text(&s, 1, key.name, sizeof key.name);
        statement_text(&s, 2, key.algorithm, sizeof key.algorithm);
        key.der_size = statement_blob(&s, 3, key.der, sizeof key.der);
        key.added_at_ms = statement_int(&s, 4);
        key.retired_at_ms = statement_int(&s, 5);
        rc = each(&key, ctx);
    }
    return rc;
}

int image_store_remove_key(struct store_connection *connection, const char *id, struct err *err)
{
    int rc = run_for(connection, delete_key, id, err);

    if (rc == 0 && sqlite3_changes(connection->db) == 0)
        return err_set(err, ERR_NOT_FOUND, "no key has the id %s", id);
    return rc;
}

int image_store_retire_key(
    struct store_connection *connection, const char *id, int64_t at_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, retire_key);
    statement_bind_text(&s, id);
    statement_bind_int(&s, at_ms);

    int rc = statement_step(&s, err);

    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "no key has the id %s", id);
    return rc < 0 ? rc : 0;
}
