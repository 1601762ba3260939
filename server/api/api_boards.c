// Boards: how their devices climb the release chain.
#include "server/api/api_boards.h"

#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_catalogue.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/base/log.h"
#include "server/release/release_find.h"
#include "server/release/release_load.h"
#include "server/release/release_policy.h"

static json_t *describe(const struct release_member *members, size_t n)
{
    const char *newest = NULL;
    const char *newest_beta = NULL; // if it is newer
    json_int_t devices = 0;

    for (size_t i = 0; i < n; i++) {
        devices += members[i].devices;
        if (members[i].image.state != IMAGE_PUBLISHED)
            continue;
        if (members[i].image.channel == CHANNEL_BETA) {
            newest_beta = members[i].image.name.text;
        } else {
            newest = members[i].image.name.text;
            newest_beta = NULL;
        }
    }
    return json_pack("{ss ss sI so so sI}", "board", members[0].image.name.board, "policy",
        board_policy_name(members[0].policy), "images", (json_int_t)n, "newest",
        api_json_text(newest), "newest_beta", api_json_text(newest_beta), "devices", devices);
}

void api_boards_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    struct release_catalogue *catalogue;
    struct err err = {0};
    json_t *list;
    size_t first;

    (void)request;
    if (api_catalogue_load(ctx, &catalogue, &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    list = json_array();
    for (size_t i = 0, n; i < catalogue->member_count; i += n) {
        n = release_find_board(catalogue, catalogue->members[i].image.name.board, &first);
        api_json_append(&list, describe(catalogue->members + first, n));
    }
    release_load_free(catalogue);
    api_json_send(response, 200, list);
}

// gone: what is said if the board has no images.
static void send_board(
    const struct api *api, const char *board, const char *gone, struct http_response *response)
{
    struct release_catalogue *catalogue;
    struct err err = {0};
    size_t first;
    size_t n;

    if (api_catalogue_load(api, &catalogue, &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    n = release_find_board(catalogue, board, &first);
    if (n > 0) {
        api_json_send(response, 200, describe(catalogue->members + first, n));
    } else {
        err_set(&err, ERR_NOT_FOUND, "board %s has no images%s", board, gone);
        api_json_refuse(response, &err);
    }
    release_load_free(catalogue);
}

void api_boards_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    send_board(ctx, http_request_segment(request, 0), "", response);
}

void api_boards_set(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *policy = http_request_query(request, "policy");
    struct audit_author by;
    struct release_policy_wish wish = {.board = http_request_segment(request, 0),
        .force = api_members_is_set(http_request_query(request, "force")),
        .by = &by};
    struct err err = {0};
    int rc = 0;

    api_author_of(request, &by);
    if (policy == NULL || !board_policy_parse(policy, &wish.policy))
        rc = err_set(&err, ERR_INVALID, "policy must be 'step' or 'leap'");
    if (rc == 0)
        rc = release_policy_set(api->release, &wish, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "board set name=%s policy=%s forced=%d by=\"%s\"", wish.board, policy,
        wish.force, by.who);
    send_board(api, wish.board, " any more", response); // its last one was removed since
}
