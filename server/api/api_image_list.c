// The list of images.
#include "server/api/api_image_list.h"

#include <stdio.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_catalogue.h"
#include "server/api/api_json.h"
#include "server/api/api_page.h"
#include "server/release/release_chain.h"
#include "server/release/release_load.h"

struct wish {
    const char *board, *state; // NULL: all
    struct release_member after;
};

static int read_wish(const struct http_request *request, const struct api_page *page,
    struct wish *wish, struct err *err)
{
    const char *name = page->at.text;

    wish->board = http_request_query(request, "board");
    wish->state = http_request_query(request, "state");
    memset(&wish->after, 0, sizeof wish->after);
    if (wish->state != NULL && strcmp(wish->state, "added") != 0 &&
        strcmp(wish->state, "published") != 0 && strcmp(wish->state, "withdrawn") != 0)
        return err_set(err, ERR_INVALID, "state must be added, published or withdrawn");
    if (page->is_next && !image_name_parse(name, strlen(name), &wish->after.image.name))
        return err_set(err, ERR_INVALID, "the cursor names no image");
    return 0;
}

// As the catalogue has them.
static int compare(const struct release_member *a, const struct release_member *b)
{
    int boards = strcmp(a->image.name.board, b->image.name.board);

    return boards != 0 ? boards : release_chain_compare(a, b);
}

static bool is_wanted(
    const struct wish *wish, const struct api_page *page, const struct release_member *member)
{
    const struct image *image = &member->image;

    return (!page->is_next || compare(member, &wish->after) > 0) &&
           (wish->board == NULL || strcmp(wish->board, image->name.board) == 0) &&
           (wish->state == NULL || strcmp(wish->state, image_state_name(image->state)) == 0);
}

static int add_images(
    const struct api *api, const struct wish *wish, struct api_page *page, struct err *err)
{
    struct release_catalogue *catalogue;
    struct api_page from = *page; // since the place goes on
    int rc = api_catalogue_load(api, &catalogue, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < catalogue->member_count; i++) {
        const struct release_member *member = &catalogue->members[i];

        if (!is_wanted(wish, &from, member))
            continue;
        rc = api_page_add(page, api_json_image(catalogue, member));
        if (rc == 0)
            snprintf(page->at.text, sizeof page->at.text, "%s", member->image.name.text);
    }
    release_load_free(catalogue);
    return rc;
}

void api_image_list_send(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    struct api_page page;
    struct wish wish;
    struct err err = {0};
    int rc = api_page_read(request, &page, &err);

    if (rc == 0)
        rc = read_wish(request, &page, &wish, &err);
    if (rc == 0)
        rc = add_images(ctx, &wish, &page, &err);
    api_page_send(request, &page, rc, &err, response);
}
