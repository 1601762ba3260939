// Keys that verify images.
#include "server/api/api_keys.h"

#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/utf8.h"
#include "server/pki/public_key.h"
#include "server/release/release_key.h"

void api_keys_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const struct release_catalogue *catalogue = release_hold(api->release);
    json_t *list = json_array();

    (void)request;
    for (size_t i = 0; i < catalogue->key_count; i++)
        api_json_append(&list, api_json_key(&catalogue->keys[i]));
    release_drop(api->release, catalogue);
    api_json_send(response, 200, list);
}

void api_keys_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const struct release_catalogue *catalogue = release_hold(api->release);
    const struct image_key *key;
    struct err err = {0};

    if (release_key_find(catalogue, http_request_segment(request, 0), &key, &err) == 0)
        api_json_send(response, 200, api_json_key(key));
    else
        api_json_refuse(response, &err);
    release_drop(api->release, catalogue);
}

static int check_name(const char *name, struct err *err)
{
    const size_t max = sizeof((struct image_key *)NULL)->name - 1;

    if (strlen(name) > max)
        return err_set(err, ERR_INVALID, "a name has at most %zu bytes", max);
    return utf8_is_valid(name) ? 0 : err_set(err, ERR_INVALID, "the name is not valid UTF-8");
}

static int read_key(const struct http_request *request, struct public_key *key,
    struct image_key *out, struct err *err)
{
    size_t n;
    const uint8_t *body = http_request_body(request, &n);
    const char *name = http_request_query(request, "name");
    int rc = name != NULL ? check_name(name, err) : 0;

    if (rc == 0)
        rc = n == 0 ? err_set(err, ERR_INVALID, "the body must be a public key in PEM")
                    : public_key_from_pem(body, n, key, err);
    if (rc < 0)
        return rc;
    memset(out, 0, sizeof *out);
    memcpy(out->id, key->id, sizeof key->id);
    if (name != NULL && name[0] != '\0')
        memcpy(out->name, name, strlen(name));
    else
        memcpy(out->name, key->id, 12); // enough to tell keys apart
    memcpy(out->algorithm, key->algorithm, sizeof key->algorithm);
    memcpy(out->der, key->der, key->size_bytes);
    out->der_size = key->size_bytes;
    out->added_at_ms = clock_now_ms();
    return 0;
}

void api_keys_add(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct public_key key;
    struct image_key record;
    struct audit_author by;
    struct err err = {0};
    bool existed = false;
    json_t *object;
    int rc = read_key(request, &key, &record, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = release_add_key(api->release, &by, &record, &existed, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    release_images_find_signers(
        api->images, &by, NULL); // images that were added before their key was known
    object = api_json_key(&record);
    if (existed)
        api_json_set(&object, "already_there", json_true());
    api_json_send(response, existed ? 200 : 201, object);
}

static json_t *describe_use(const struct release_key_use *use)
{
    json_t *object = json_object();

    api_json_set(&object, "signs", json_integer((json_int_t)use->signs));
    api_json_set(&object, "embeds", json_integer((json_int_t)use->embeds));
    api_json_set(&object, "devices", json_integer(use->devices));
    api_json_set(&object, "stranded", json_integer(use->stranded));
    return object;
}

typedef int key_end(struct release *release, const struct release_key_wish *wish,
    struct release_key_end *out, struct err *err);

static bool is_set(const struct http_request *request, const char *name)
{
    return api_members_is_set(http_request_query(request, name));
}

static void end_key(const struct http_request *request, struct http_response *response,
    const struct api *api, const char *done, key_end *end)
{
    struct audit_author by;
    struct release_key_wish wish = {.word = http_request_segment(request, 0),
        .force = is_set(request, "force"),
        .undo = is_set(request, "undo"),
        .dry = is_set(request, "dry"),
        .by = &by};
    struct release_key_end out;
    struct err err = {0};
    json_t *object;

    api_author_of(request, &by);
    if (end(api->release, &wish, &out, &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    if (!wish.dry)
        log_info("api", "key %s id=%.12s name=\"%s\" forced=%d stranded=%lld by=\"%s\"",
            wish.undo ? "restored" : done, out.key.id, out.key.name, wish.force,
            (long long)out.use.stranded, by.who);
    object = api_json_key(&out.key);
    api_json_set(&object, done, json_boolean(!wish.dry && !wish.undo));
    api_json_set(&object, "use", describe_use(&out.use));
    api_json_set(&object, "refused",
        out.refused.code < 0 ? api_json_text(out.refused.message) : json_null());
    api_json_send(response, 200, object);
}

void api_keys_remove(const struct http_request *request, struct http_response *response, void *ctx)
{
    end_key(request, response, ctx, "removed", release_key_remove);
}

void api_keys_retire(const struct http_request *request, struct http_response *response, void *ctx)
{
    end_key(request, response, ctx, "retired", release_key_retire);
}
