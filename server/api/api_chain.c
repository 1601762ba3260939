// The release chain of a board: who is on which image, which verifies which, and who is stranded.
#include "server/api/api_chain.h"

#include <string.h>

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/release/release_check.h"
#include "server/release/release_find.h"
#include "server/release/release_load.h"
#include "server/store/device_store.h"

#define NAMED_MAX 100            // stranded devices that are named for an image
#define EDGES_MAX ((size_t)5000) // but for those that are offered: they grow with the square

// What is shown of one board.
struct chain {
    const struct release_catalogue *catalogue;
    const struct release_member *members;
    size_t n;
    const char *board;
    struct store_connection *connection;
    json_t *list; // that is being filled
};

static int add_unknown(const char *image, int64_t devices, void *ctx)
{
    struct chain *chain = ctx;
    struct image_name name;

    if (!image_name_parse(image, strlen(image), &name) || strcmp(name.board, chain->board) != 0 ||
        release_find_image(chain->catalogue, image) != NULL)
        return 0;
    api_json_append(
        &chain->list, json_pack("{sssI}", "image", image, "devices", (json_int_t)devices));
    return 0;
}

// Why a device cannot go to its published successor, or NULL.
static const char *obstacle(enum release_answer answer)
{
    switch (answer) {
    case RELEASE_STRANDED: return "key";
    case RELEASE_OTHER_LAYOUT: return "layout";
    default: return NULL;
    }
}

// Where devices on members[i] end, and why there.
static json_t *describe_fault(const struct chain *chain, size_t i)
{
    const struct image *end = &chain->members[chain->members[i].reach].image;
    const struct image *next;
    enum release_answer answer = release_chain_next(chain->members, chain->n, &end->name, &next);
    json_t *object = json_object();

    api_json_set(&object, "image", json_string(end->name.text));
    api_json_set(&object, "next", api_json_text(next != NULL ? next->name.text : NULL));
    api_json_set(&object, "obstacle", api_json_text(obstacle(answer)));
    api_json_set(&object, "key",
        next != NULL ? api_json_key_reference(chain->catalogue, next->signer) : json_null());
    return object;
}

static int add_mac(const char *mac, void *ctx)
{
    struct chain *chain = ctx;

    api_json_append(&chain->list, json_string(mac));
    return json_array_size(chain->list) < NAMED_MAX ? 0 : 1;
}

static int add_member(struct chain *chain, size_t i, json_t **images, struct err *err)
{
    const struct release_member *member = &chain->members[i];
    const char *name = member->image.name.text;
    bool is_lost = release_check_is_lost(chain->members, chain->n, i);
    const struct image *next;
    enum release_answer answer =
        release_chain_next(chain->members, chain->n, &member->image.name, &next);
    json_t *object = api_json_image(chain->catalogue, member);
    int rc = 0;

    chain->list = json_array();
    if (is_lost && member->devices > 0)
        rc = device_store_each_running(chain->connection, name, add_mac, chain, err);
    api_json_set(
        &object, "next", answer == RELEASE_NEXT ? json_string(next->name.text) : json_null());
    api_json_set(&object, "stranded", json_boolean(obstacle(answer) != NULL));
    api_json_set(&object, "obstacle", api_json_text(obstacle(answer)));
    api_json_set(&object, "comes_to", json_string(chain->members[member->reach].image.name.text));
    api_json_set(&object, "fault", is_lost ? describe_fault(chain, i) : json_null());
    api_json_set(&object, "stranded_macs", chain->list);
    api_json_append(images, object);
    return rc < 0 ? rc : 0;
}

// From one image to what is published behind it: what is offered, and while there is room what else
// could be verified.
static void add_edges(const struct chain *chain, size_t from, json_t **edges)
{
    const struct image *image = &chain->members[from].image;
    const struct image *next;
    enum release_answer answer = release_chain_next(chain->members, chain->n, &image->name, &next);

    for (size_t to = from + 1; to < chain->n; to++) {
        const struct image *later = &chain->members[to].image;
        bool offered = answer == RELEASE_NEXT && next == later;

        if (!offered &&
            (later->state != IMAGE_PUBLISHED || json_array_size(*edges) >= EDGES_MAX ||
                release_chain_judge(chain->members, chain->n, image, later) != RELEASE_NEXT))
            continue;
        api_json_append(edges, json_pack("{ss ss sb}", "from", image->name.text, "to",
                                   later->name.text, "offered", offered));
    }
}

// From what devices may run now.
static json_t *list_edges(const struct chain *chain)
{
    json_t *edges = json_array();

    for (size_t i = 0; i < chain->n; i++) {
        if (release_chain_is_live(&chain->members[i]))
            add_edges(chain, i, &edges);
    }
    return edges;
}

static int64_t count_stranded(const struct chain *chain)
{
    int64_t devices = 0;

    for (size_t i = 0; i < chain->n; i++) {
        if (release_check_is_lost(chain->members, chain->n, i))
            devices += chain->members[i].devices;
    }
    return devices;
}

static int describe(struct chain *chain, json_t **object, struct err *err)
{
    json_t *images = json_array();
    json_t *edges = list_edges(chain);
    int rc = 0;

    for (size_t i = 0; i < chain->n && rc == 0; i++)
        rc = add_member(chain, i, &images, err);
    chain->list = json_array();
    if (rc == 0)
        rc = device_store_each_image(chain->connection, add_unknown, chain, err);
    if (rc == 0 && chain->n == 0 && json_array_size(chain->list) == 0)
        rc = err_set(err, ERR_NOT_FOUND,
            "unknown board %s; 'secureesp images list' shows the boards that have images",
            chain->board);
    api_json_set(object, "board", json_string(chain->board));
    api_json_set(object, "policy",
        json_string(
            board_policy_name(chain->n > 0 ? chain->members[0].policy : BOARD_POLICY_STEP)));
    api_json_set(object, "stranded", json_integer(count_stranded(chain)));
    api_json_set(object, "edges_cut", json_boolean(json_array_size(edges) >= EDGES_MAX));
    api_json_set(object, "images", images);
    api_json_set(object, "edges", edges);
    api_json_set(object, "unknown", chain->list);
    return rc;
}

// All of it as of one moment.
static int read_chain(const struct api *api, const char *board, json_t **object, struct err *err)
{
    struct chain chain = {.board = board};
    struct release_catalogue *catalogue;
    size_t first;
    int rc = store_read_begin(api->store, &chain.connection, err);

    if (rc < 0)
        return rc;
    rc = release_load(chain.connection, true, &catalogue, err);
    if (rc == 0) {
        chain.catalogue = catalogue;
        chain.n = release_find_board(catalogue, board, &first);
        if (chain.n > 0)
            chain.members = catalogue->members + first;
        rc = describe(&chain, object, err);
        release_load_free(catalogue);
    }
    store_read_end(api->store, chain.connection);
    return rc;
}

void api_chain_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    struct err err = {0};
    json_t *object = json_object();

    if (read_chain(ctx, http_request_segment(request, 0), &object, &err) == 0) {
        api_json_send(response, 200, object);
        return;
    }
    json_decref(object);
    api_json_refuse(response, &err);
}
