// Lists, page by page.
#include "server/ctl/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/client.h"

#define PAGE_ROWS 1000 // that the daemon gives at most

int pages_read_limit(const struct options *options, int64_t usual, int64_t *out, struct err *err)
{
    *out = usual;
    return options_number(options, "limit", (const int64_t[2]){1, INT64_MAX}, out, err) < 0
               ? SUBCOMMAND_USAGE
               : SUBCOMMAND_OK;
}

// Takes at most *left rows of a page, and counts them off.
typedef int take_page(const struct client_page *page, int64_t *left, void *ctx, struct err *err);

// The path with the next page's query; NULL without memory.
static char *join(const char *path, const char *query)
{
    char *whole = NULL;

    return asprintf(&whole, "%.*s%s", (int)strcspn(path, "?"), path, query) < 0 ? NULL : whole;
}

static int walk(struct client *client, const char *path, int64_t *left, take_page *take, void *ctx,
    struct err *err)
{
    char *target = strdup(path);
    struct client_page page;
    int rc = target != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for a list");

    while (rc == 0 && target != NULL) {
        rc = client_get_page(client, target, &page, err);
        free(target);
        target = NULL;
        if (rc < 0)
            return rc;
        rc = take(&page, left, ctx, err);
        if (rc == 0 && *left > 0 && page.next != NULL) {
            target = join(path, page.next);
            rc = target != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for a list");
        }
        free(page.text);
        free(page.next);
    }
    free(target);
    return rc;
}

// *left: rows that may still be shown; INT64_MAX: all.
static int each_page(const struct subcommand_call *call, struct url *url, int64_t *left,
    take_page *take, void *ctx, struct err *err)
{
    struct client *client = NULL;
    char limit[24];
    int rc = client_open(call->target, &client, err);

    snprintf(limit, sizeof limit, "%d", *left < PAGE_ROWS ? (int)*left : PAGE_ROWS);
    url_query(url, "limit", limit);
    if (rc == 0 && url_text(url) == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for a list");
    else if (rc == 0)
        rc = walk(client, url_text(url), left, take, ctx, err);
    client_close(client);
    url_clear(url);
    return rc;
}

static int no_list(struct err *err)
{
    return err_set(err, ERR_IO, "the daemon's answer is no list");
}

// As it came: each row is a line of its own, with a comma behind all but a page's last.
static int print_lines(const struct client_page *page, int64_t *left, void *ctx, struct err *err)
{
    size_t *count = ctx;
    const char *p = page->text;

    if (*p != '[')
        return no_list(err);
    while (*left > 0 && (p = strchr(p, '\n')) != NULL && *++p == '{') {
        size_t n = strcspn(p, "\n");

        n -= p[n - 1] == ',';
        fputs((*count)++ > 0 ? ",\n" : "[\n", stdout);
        if (fwrite(p, 1, n, stdout) < n)
            return err_set(err, ERR_IO, "cannot write the list");
        --*left;
    }
    return 0;
}

static int read_rows(const struct client_page *page, json_t **out, struct err *err)
{
    json_t *rows = json_loadb(page->text, page->n, JSON_ALLOW_NUL, NULL);

    if (!json_is_array(rows)) {
        json_decref(rows);
        return no_list(err);
    }
    *out = rows;
    return 0;
}

struct pages_table {
    const struct subcommand_call *call;
    const struct pages_view *view;
    struct table *table;
    int64_t left; // rows
};

static int print_table(const struct client_page *page, int64_t *left, void *ctx, struct err *err)
{
    struct pages_table *shown = ctx;
    const struct pages_view *view = shown->view;
    int64_t now_ms = clock_system_ms();
    json_t *rows = NULL;
    json_t *row;
    size_t i;
    int rc = read_rows(page, &rows, err);

    if (rc < 0)
        return rc;
    json_array_foreach(rows, i, row)
    {
        if (*left == 0 || (view->is_wanted != NULL && !view->is_wanted(row, view->wanted)))
            continue;
        view->add(shown->table, row, now_ms, view->ctx);
        --*left;
    }
    json_decref(rows);
    return table_flush(shown->table, &shown->call->terminal, stdout, err);
}

static int64_t all_if_none(int64_t max)
{
    return max > 0 ? max : INT64_MAX;
}

struct pages_table *pages_table_new(
    const struct subcommand_call *call, int64_t max, const struct pages_view *view)
{
    struct pages_table *table = malloc(sizeof *table);

    if (table != NULL)
        *table = (struct pages_table){
            call, view, table_new(view->columns, view->column_count), all_if_none(max)};
    return table;
}

void pages_table_free(struct pages_table *table)
{
    if (table != NULL)
        table_free(table->table);
    free(table);
}

int pages_table_show(struct pages_table *table, struct url *url, struct err *err)
{
    return each_page(table->call, url, &table->left, print_table, table, err);
}

bool pages_table_is_full(const struct pages_table *table)
{
    return table->left == 0;
}

static int show_json(
    const struct subcommand_call *call, struct url *url, int64_t max, struct err *err)
{
    int64_t left = all_if_none(max);
    size_t count = 0;
    int rc = each_page(call, url, &left, print_lines, &count, err);

    if (rc == 0)
        fputs(count > 0 ? "\n]\n" : "[]\n", stdout);
    return rc;
}

int pages_show(const struct subcommand_call *call, struct url *url, int64_t max,
    const struct pages_view *view, struct err *err)
{
    struct pages_table *table;
    int rc;

    if (call->json)
        return show_json(call, url, max, err);
    table = pages_table_new(call, max, view);
    rc = table != NULL ? pages_table_show(table, url, err)
                       : err_set(err, ERR_NO_MEMORY, "no memory for a list");
    pages_table_free(table);
    return rc;
}

static void add_listed(struct table *table, const json_t *row, int64_t now_ms, const void *ctx)
{
    ((const struct listing *)ctx)->add(table, row, now_ms);
}

int pages_show_listing(const struct subcommand_call *call, struct url *url, int64_t max,
    const struct listing *listing, struct err *err)
{
    struct pages_view view = {
        listing->columns, listing->column_count, add_listed, listing, NULL, NULL};

    return pages_show(call, url, max, &view, err);
}
