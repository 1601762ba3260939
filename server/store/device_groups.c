// Devices judged by all groups.
#include "server/store/device_groups.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/select/select_parse.h"
#include "server/store/group_store.h"
#include "server/store/statement.h"
#include "server/store/where_tree.h"

#define AT_ONCE 32 // groups that one statement judges by

// One statement, a column for each of its conditions.
struct judge {
    struct where_text text;
    struct statement s;
    bool is_open; // the statement
    int64_t key;  // on whose row it stands
    bool found;
};

struct device_groups {
    struct store_connection *connection;
    int64_t now_ms;
    char (*names)[GROUP_STORE_NAME_SIZE];
    size_t count;
    struct judge channel;
    struct judge *judges; // of AT_ONCE groups each
    size_t judge_count;
};

static int collect(const struct device_group *group, void *ctx)
{
    struct device_groups *groups = ctx;
    void *names = realloc(groups->names, (groups->count + 1) * sizeof *groups->names);

    if (names == NULL)
        return ERR_NO_MEMORY;
    groups->names = names;
    snprintf(groups->names[groups->count++], sizeof *groups->names, "%s", group->name);
    return 0;
}

// One more column: 1 if the device meets the filter.
static int put_column(
    struct device_groups *groups, struct where_text *text, const char *filter, struct err *err)
{
    struct where_tree into = {groups->connection, groups->now_ms, text, 0};
    struct select_tree tree;
    int rc = select_parse(filter, &tree, err);

    where_text_put(text, ", CASE WHEN ");
    if (rc == 0)
        rc = where_tree_put(&into, &tree, err);
    where_text_put(text, " THEN 1 ELSE 0 END");
    return rc;
}

static int put_groups(
    struct device_groups *groups, size_t first, struct judge *judge, struct err *err)
{
    char filter[GROUP_STORE_NAME_SIZE + sizeof "group="];
    int rc = 0;

    for (size_t i = first; rc == 0 && i < groups->count && i < first + AT_ONCE; i++) {
        snprintf(filter, sizeof filter, "group=%s", groups->names[i]);
        rc = put_column(groups, &judge->text, filter, err);
    }
    return rc;
}

// first: SIZE_MAX: the channel.
static int open_judge(
    struct device_groups *groups, size_t first, struct judge *judge, struct err *err)
{
    int rc = where_text_open(&judge->text, 1, err);

    if (rc < 0)
        return rc;
    where_text_put(&judge->text, "SELECT mac");
    rc = first == SIZE_MAX ? put_column(groups, &judge->text, "channel=beta", err)
                           : put_groups(groups, first, judge, err);
    where_text_put(&judge->text, " FROM devices WHERE mac = ?1");

    int closed = where_text_close(&judge->text, rc == 0 ? err : NULL);

    if (rc < 0 || closed < 0)
        return rc < 0 ? rc : closed;
    statement_open_once(&judge->s, groups->connection, judge->text.text);
    judge->is_open = true;
    judge->key = -1;
    statement_bind_int(&judge->s, judge->key);
    where_text_bind(&judge->text, &judge->s);
    return 0;
}

static int open_judges(struct device_groups *groups, struct err *err)
{
    size_t count = (groups->count + AT_ONCE - 1) / AT_ONCE;
    int rc = open_judge(groups, SIZE_MAX, &groups->channel, err);

    groups->judges = calloc(count > 0 ? count : 1, sizeof *groups->judges);
    if (rc == 0 && groups->judges == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for groups");
    while (rc == 0 && groups->judge_count < count) {
        size_t i = groups->judge_count++;

        rc = open_judge(groups, i * AT_ONCE, &groups->judges[i], err);
    }
    return rc;
}

int device_groups_open(
    struct store_connection *connection, struct device_groups **out, struct err *err)
{
    struct device_groups *groups = calloc(1, sizeof *groups);
    int rc;

    if (groups == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for groups");
    groups->connection = connection;
    groups->now_ms = clock_now_ms();
    rc = group_store_each(connection, collect, groups, err);
    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for groups");
    if (rc == 0)
        rc = open_judges(groups, err);
    if (rc < 0)
        device_groups_close(groups);
    else
        *out = groups;
    return rc;
}

static void close_judge(struct judge *judge)
{
    if (judge->is_open)
        statement_close(&judge->s);
    where_text_clear(&judge->text);
}

void device_groups_close(struct device_groups *groups)
{
    if (groups == NULL)
        return;
    close_judge(&groups->channel);
    for (size_t i = 0; i < groups->judge_count; i++)
        close_judge(&groups->judges[i]);
    free(groups->judges);
    free(groups->names);
    free(groups);
}

const char *device_groups_name(const struct device_groups *groups, size_t i)
{
    return i < groups->count ? groups->names[i] : NULL;
}

// The statement comes to stand on the device's row.
static int judge_device(struct judge *judge, int64_t key, struct err *err)
{
    int rc;

    if (judge->key == key)
        return 0;
    statement_again(&judge->s);
    statement_bind_int(&judge->s, key);
    rc = statement_step(&judge->s, err);
    judge->key = rc < 0 ? -1 : key;
    judge->found = rc > 0;
    return rc < 0 ? rc : 0;
}

int device_groups_next(
    struct device_groups *groups, int64_t key, size_t i, size_t *out, struct err *err)
{
    for (; i < groups->count; i++) {
        struct judge *judge = &groups->judges[i / AT_ONCE];
        int rc = judge_device(judge, key, err);

        if (rc < 0)
            return rc;
        if (judge->found && statement_int(&judge->s, (int)(i % AT_ONCE) + 1) == 1) {
            *out = i;
            return 0;
        }
    }
    *out = SIZE_MAX;
    return 0;
}

int device_groups_channel(
    struct device_groups *groups, int64_t key, enum channel *out, struct err *err)
{
    struct judge *judge = &groups->channel;
    int rc = judge_device(judge, key, err);

    if (rc == 0)
        *out = !judge->found                      ? CHANNEL_NONE
               : statement_int(&judge->s, 1) == 1 ? CHANNEL_BETA
                                                  : CHANNEL_STABLE;
    return rc;
}
