// The release chain of a board: who is on which image, which verifies which, and who is stranded.
#include "server/api/api_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/base/clock.h"
#include "server/release/release_channel.h"
#include "server/release/release_check.h"
#include "server/release/release_find.h"
#include "server/release/release_gate.h"
#include "server/release/release_load.h"
#include "server/select/select_parse.h"
#include "server/store/device_store.h"

#define NAMED_MAX 100            // stranded devices that are named for an image
#define EDGES_MAX ((size_t)5000) // but for those that are offered: they grow with the square

// What is shown of one board.
struct chain {
    const struct release_catalogue *catalogue;
    const struct release_member *all;
    struct release_member *members; // as the devices of the channel see them, planned
    size_t n;
    enum channel channel;
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

static int add_mac(const struct device_record *device, void *ctx)
{
    struct chain *chain = ctx;

    api_json_append(&chain->list, json_string(device->mac));
    return json_array_size(chain->list) < NAMED_MAX ? 0 : 1;
}

// Those that follow the channel.
static int list_macs(struct chain *chain, const char *image, struct err *err)
{
    struct select_tree tree;
    struct device_filter filter = {.trees = &tree, .tree_count = 1, .now_ms = clock_now_ms()};
    char text[IMAGE_NAME_SIZE + sizeof "channel=stable image="];
    int rc;

    snprintf(text, sizeof text, "channel=%s image=%s", channel_name(chain->channel), image);
    rc = select_parse(text, &tree, err);
    return rc < 0 ? rc : device_store_each(chain->connection, &filter, add_mac, chain, err);
}

// Who keeps the next image from devices that no rollout has reached, and what these are offered.
static void add_kept(const struct chain *chain, const struct release_member *member,
    const struct image *next, json_t **object)
{
    struct release_pin_way way = {
        .members = chain->members, .n = chain->n, .running = &member->image.name, .next = next};
    const struct release_member *gate = next != NULL ? release_gate_first(&way) : NULL;
    bool is_kept = next != NULL && release_gate_bars(gate, &next->name);

    if (is_kept && release_gate_limit(&way, gate) != NULL)
        release_chain_next_within(
            way.members, way.n, way.running, release_gate_limit(&way, gate), &way.next);
    api_json_set(object, "kept_by", is_kept ? json_string(gate->rollout) : json_null());
    api_json_set(object, "kept_next",
        is_kept && !release_gate_bars(gate, &way.next->name) ? json_string(way.next->name.text)
                                                             : json_null());
}

static int add_member(struct chain *chain, size_t i, json_t **images, struct err *err)
{
    const struct release_member *member = &chain->members[i];
    const char *name = member->image.name.text;
    bool is_lost = release_check_is_lost(chain->members, chain->n, i);
    const struct image *next;
    enum release_answer answer =
        release_chain_next(chain->members, chain->n, &member->image.name, &next);
    // As it is, with the devices that follow the channel.
    struct release_member shown = chain->all[i];
    int rc = 0;

    shown.devices = member->devices;

    json_t *object = api_json_image(chain->catalogue, &shown);

    chain->list = json_array();
    if (is_lost && member->devices > 0)
        rc = list_macs(chain, name, err);
    api_json_set(
        &object, "next", answer == RELEASE_NEXT ? json_string(next->name.text) : json_null());
    add_kept(chain, member, answer == RELEASE_NEXT ? next : NULL, &object);
    api_json_set(&object, "in_channel", json_boolean(member->image.state == IMAGE_PUBLISHED));
    api_json_set(&object, "ahead",
        json_boolean(
            chain->channel == CHANNEL_STABLE && release_channel_is_ahead(chain->all, chain->n, i)));
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

static int64_t count_stranded(const struct release_member *members, size_t n)
{
    int64_t devices = 0;

    for (size_t i = 0; i < n; i++) {
        if (release_check_is_lost(members, n, i))
            devices += members[i].devices;
    }
    return devices;
}

// Takes the place of what the chain has of another channel.
static void see(struct chain *chain, enum channel channel)
{
    release_channel_view(chain->all, chain->n, channel, chain->members);
    release_chain_plan(chain->members, chain->n);
}

// How many devices follow each channel on these images, and how many of them are stranded.
static json_t *list_channels(struct chain *chain, int64_t *stranded)
{
    json_t *list = json_array();

    *stranded = 0;
    for (int c = CHANNEL_STABLE; c < CHANNEL_COUNT; c++) {
        json_int_t devices = 0;
        int64_t lost;

        see(chain, (enum channel)c);
        for (size_t i = 0; i < chain->n; i++)
            devices += chain->members[i].devices;
        lost = count_stranded(chain->members, chain->n);
        *stranded += lost;
        api_json_append(&list, json_pack("{ss sI sI}", "channel", channel_name((enum channel)c),
                                   "devices", devices, "stranded", (json_int_t)lost));
    }
    return list;
}

static int describe(struct chain *chain, json_t **object, struct err *err)
{
    int64_t stranded;
    json_t *channels = list_channels(chain, &stranded);
    json_t *images = json_array();
    json_t *edges;
    int rc = 0;

    see(chain, chain->channel);
    edges = list_edges(chain);
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
    api_json_set(object, "stranded", json_integer(stranded));
    api_json_set(object, "edges_cut", json_boolean(json_array_size(edges) >= EDGES_MAX));
    api_json_set(object, "images", images);
    api_json_set(object, "edges", edges);
    api_json_set(object, "unknown", chain->list);
    api_json_set(object, "channel", json_string(channel_name(chain->channel)));
    api_json_set(object, "channels", channels);
    api_json_set(
        object, "channels_differ", json_boolean(release_channel_differs(chain->all, chain->n)));
    return rc;
}

// All of it as of one moment.
static int read_chain(const struct api *api, struct chain *chain, json_t **object, struct err *err)
{
    struct release_catalogue *catalogue;
    size_t first;
    int rc = store_read_begin(api->store, &chain->connection, err);

    if (rc < 0)
        return rc;
    rc = release_load(chain->connection, true, &catalogue, err);
    if (rc == 0) {
        chain->catalogue = catalogue;
        chain->n = release_find_board(catalogue, chain->board, &first);
        chain->all = catalogue->members + (chain->n > 0 ? first : 0);
        chain->members = calloc(chain->n + 1, sizeof *chain->members);
        rc = chain->members != NULL ? describe(chain, object, err)
                                    : err_set(err, ERR_NO_MEMORY, "no memory for a release chain");
        free(chain->members);
        release_load_free(catalogue);
    }
    store_read_end(api->store, chain->connection);
    return rc;
}

void api_chain_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    const char *channel = http_request_query(request, "channel");
    struct chain chain = {.board = http_request_segment(request, 0), .channel = CHANNEL_STABLE};
    struct err err = {0};
    json_t *object = json_object();
    int rc = channel == NULL || channel_parse(channel, &chain.channel)
                 ? read_chain(ctx, &chain, &object, &err)
                 : err_set(&err, ERR_INVALID, "channel must be 'stable' or 'beta'");

    if (rc == 0) {
        api_json_send(response, 200, object);
        return;
    }
    json_decref(object);
    api_json_refuse(response, &err);
}
