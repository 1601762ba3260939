// Filters of devices as SQL.
#include "server/store/device_where.h"

#include <stdlib.h>
#include <string.h>

#include "server/select/select_field.h"
#include "server/select/select_walk.h"
#include "server/store/device_images.h"
#include "server/store/device_latest.h"
#include "server/store/group_tree.h"
#include "server/store/where_text.h"

#define IS_REVOKED                                                                                 \
    "EXISTS (SELECT 1 FROM device_revocations AS f"                                                \
    " WHERE f.device = devices.mac AND f.readmitted_at_ms = 0)"
#define HAS_MARK "EXISTS (SELECT 1 FROM device_marks AS k WHERE k.device = devices.mac AND "
// What it says counts before what is inferred; without what is wanted, or run, nothing is known.
#define RUNS_OTHER                                                                                 \
    "EXISTS (SELECT 1 FROM device_configs AS w WHERE w.device = devices.mac AND w.wanted <> ''"    \
    " AND CASE WHEN devices.config_hash <> '' THEN devices.config_hash"                            \
    " ELSE w.inferred END NOT IN ('', w.wanted))"
#define MAC_BITS 48

// A filter within another: a group's, or that of who follows beta.
struct nest {
    struct nest *outer;
    struct select_tree tree;
    struct select_walk walk;
    const char *tail; // what stands behind it
    bool is_channel;
};

struct device_where {
    struct store_connection *connection;
    int64_t now_ms;
    struct where_text text;
    struct nest *inner; // while it is built
    size_t nests;       // so far, in all
};

// What is compared, of fields that have a column or are like one.
static const char *const columns[SELECT_FIELD_COUNT] = {
    [SELECT_NAME] = "name",
    [SELECT_IMAGE] = "image",
    [SELECT_RSSI] = "rssi_dbm",
    [SELECT_HEAP] = "free_heap_bytes",
    [SELECT_UPTIME] = "uptime_ms",
    [SELECT_SEEN] = "last_seen_ms",
    [SELECT_FIRST_SEEN] = "first_seen_ms",
    [SELECT_REBOOTS] = "reboots",
    [SELECT_LOOP] = "max_loop_ms",
    [SELECT_MQTT] = "mqtt_ms",
    [SELECT_IP] = "ip",
    [SELECT_BUILD] = "build",
    [SELECT_ERROR] = "error",
    [SELECT_PIN] =
        "coalesce((SELECT k.pin FROM device_marks AS k WHERE k.device = devices.mac), '')",
};

// In the order of enum select_op; the second of ages, which are times the other way round.
static const char *const ops[SELECT_OP_COUNT] = {"=", "<>", "<", "<=", ">", ">="};
static const char *const age_ops[SELECT_OP_COUNT] = {"=", "<>", ">", ">=", "<", "<="};

// By the number of the word.
static const char *const words[SELECT_FIELD_COUNT][3] = {
    [SELECT_STATE] = {"online = 1", "online = 0", IS_REVOKED},
    [SELECT_KIND] = {"speaks_events = 1", "speaks_events = 0"},
    [SELECT_HOLD] = {"NOT " HAS_MARK "k.held_at_ms > 0)", HAS_MARK "k.held_at_ms > 0)"},
    [SELECT_CANARY] = {"NOT " HAS_MARK "k.canary = 1)", HAS_MARK "k.canary = 1)"},
    [SELECT_OWN_CHANNEL] = {"NOT " HAS_MARK "k.channel > 0)", HAS_MARK "k.channel = 1)",
        HAS_MARK "k.channel = 2)"},
    [SELECT_DRIFTED] = {"NOT " RUNS_OTHER, RUNS_OTHER},
};

static void put(struct device_where *where, const char *sql)
{
    where_text_put(&where->text, sql);
}

// What is not known meets no comparison: it is false then, not NULL, so that NOT makes it true.
static void put_ordered(struct device_where *where, const struct select_node *node, bool is_age)
{
    const char *column = columns[node->field];

    put(where, "(");
    put(where, column);
    put(where, " IS NOT NULL AND ");
    put(where, column);
    put(where, " ");
    put(where, is_age ? age_ops[node->op] : ops[node->op]);
    put(where, " ");
    where_text_put_number(&where->text, is_age ? where->now_ms - node->number : node->number);
    put(where, ")");
}

// The numbers of all MACs that begin so, or of that one.
static void put_mac(struct device_where *where, const char *text)
{
    int64_t first = 0;
    int rest = MAC_BITS;

    for (const char *p = text; *p != '\0' && *p != '*'; p++) {
        first = first * 16 + (*p <= '9' ? *p - '0' : *p - 'a' + 10);
        rest -= 4;
    }
    put(where, "(mac >= ");
    where_text_put_number(&where->text, first << rest);
    put(where, " AND mac <= ");
    where_text_put_number(&where->text, ((first + 1) << rest) - 1);
    put(where, ")");
}

static int put_board(
    struct device_where *where, const char *board, bool is_pattern, struct err *err)
{
    struct device_images images = {0};
    int rc = device_images_of_board(where->connection, board, is_pattern, &images, err);

    if (rc == 0)
        where_text_put_images(&where->text, &images);
    device_images_clear(&images);
    return rc;
}

// Into a filter within this one, whose tree is to be read next.
static int enter(struct device_where *where, bool is_channel, struct nest **out, struct err *err)
{
    size_t depth = 0;
    struct nest *nest;

    for (nest = where->inner; nest != NULL; nest = nest->outer) {
        if (is_channel && nest->is_channel)
            return err_set(err, ERR_CONFLICT,
                "a group that has a channel cannot ask for one, nor for the latest image");
        depth++;
    }
    if (depth > GROUP_TREE_DEPTH_MAX + 1 || where->nests++ == GROUP_TREE_COUNT_MAX)
        return err_set(
            err, ERR_TOO_LARGE, "the filter's groups refer to too many others; give them fewer");
    nest = calloc(1, sizeof *nest);
    if (nest == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
    nest->outer = where->inner;
    nest->is_channel = is_channel;
    nest->tail = ")";
    where->inner = nest;
    *out = nest;
    return 0;
}

static void leave(struct device_where *where)
{
    struct nest *nest = where->inner;

    put(where, nest->tail);
    where->inner = nest->outer;
    free(nest);
}

static int put_group(struct device_where *where, const char *name, struct err *err)
{
    struct nest *nest;
    int rc = enter(where, false, &nest, err);

    if (rc == 0)
        rc = group_tree_read(where->connection, name, &nest->tree, err);
    if (rc < 0)
        return rc;
    put(where, "(");
    select_walk_begin(&nest->walk, &nest->tree);
    return 0;
}

// Who follows beta; the tail stands behind it.
static int put_beta(struct device_where *where, const char *tail, struct err *err)
{
    struct nest *nest;
    int rc = enter(where, true, &nest, err);

    if (rc == 0)
        rc = group_tree_read_beta(where->connection, &nest->tree, err);
    if (rc < 0)
        return rc;
    nest->tail = tail;
    select_walk_begin(&nest->walk, &nest->tree);
    return 0;
}

// Which of two lists counts goes by the device's channel.
static int put_by_channel(struct device_where *where, const struct device_latest *beta,
    const struct device_latest *stable, struct err *err)
{
    if (device_latest_equal(beta, stable)) {
        device_latest_put(stable, &where->text);
        return 0;
    }
    // Its value is that of the channel: 1 of beta, 0 of stable.
    put(where, "((CASE WHEN ");
    device_latest_put(beta, &where->text);
    put(where, " THEN CASE WHEN ");
    device_latest_put(stable, &where->text);
    put(where, " THEN 2 ELSE 1 END WHEN ");
    device_latest_put(stable, &where->text);
    put(where, " THEN 0 ELSE 3 END) IN (2, CASE WHEN ");
    return put_beta(where, " THEN 1 ELSE 0 END))", err);
}

// Without a newest image of its board in its channel, a device meets neither.
static int put_latest(struct device_where *where, enum select_op op, struct err *err)
{
    struct device_latest beta = {0};
    struct device_latest stable = {0};
    int (*const list)(struct store_connection *, enum channel, struct device_latest *,
        struct err *) = op == SELECT_EQUAL ? device_latest_read : device_latest_read_outdated;
    int rc = list(where->connection, CHANNEL_BETA, &beta, err);

    if (rc == 0)
        rc = list(where->connection, CHANNEL_STABLE, &stable, err);
    if (rc == 0)
        rc = put_by_channel(where, &beta, &stable, err);
    device_latest_clear(&beta);
    device_latest_clear(&stable);
    return rc;
}

// Filters of their own.
static int put_nested(struct device_where *where, const struct select_tree *tree,
    const struct select_node *node, struct err *err)
{
    bool is_not = node->op == SELECT_UNEQUAL;

    if (node->field == SELECT_CHANNEL && node->number + 1 == SELECT_CHANNEL_STABLE)
        is_not = !is_not;
    if (is_not)
        put(where, "NOT ");
    if (node->field == SELECT_GROUP)
        return put_group(where, tree->text + node->text, err);
    put(where, "(");
    return put_beta(where, ")", err);
}

static int put_equality(struct device_where *where, const struct select_tree *tree,
    const struct select_node *node, struct err *err)
{
    const char *text = tree->text + node->text;
    int rc = 0;

    if (node->op == SELECT_UNEQUAL)
        put(where, "NOT (");
    switch (node->field) {
    case SELECT_MAC: put_mac(where, text); break;
    case SELECT_BOARD: rc = put_board(where, text, node->is_pattern, err); break;
    case SELECT_TAG:
        put(where, "EXISTS (SELECT 1 FROM device_tags AS t WHERE t.device = devices.mac AND ");
        where_text_put_match(&where->text, "t.tag", text, node->is_pattern);
        put(where, ")");
        break;
    case SELECT_STATE:
    case SELECT_KIND:
    case SELECT_HOLD:
    case SELECT_OWN_CHANNEL:
    case SELECT_CANARY:
    case SELECT_DRIFTED: put(where, words[node->field][node->number]); break;
    default:
        where_text_put_match(&where->text, columns[node->field], text, node->is_pattern);
        break;
    }
    if (node->op == SELECT_UNEQUAL)
        put(where, ")");
    return rc;
}

static int put_comparison(struct device_where *where, const struct select_tree *tree,
    const struct select_node *node, struct err *err)
{
    enum select_type type = select_field_rule(node->field)->type;

    if (node->is_latest)
        return put_latest(where, node->op, err);
    if (node->field == SELECT_GROUP || node->field == SELECT_CHANNEL)
        return put_nested(where, tree, node, err);
    if (type != SELECT_TYPE_NUMBER && type != SELECT_TYPE_DURATION && type != SELECT_TYPE_AGE)
        return put_equality(where, tree, node, err);
    put_ordered(where, node, type == SELECT_TYPE_AGE);
    return 0;
}

static int put_step(struct device_where *where, const struct select_tree *tree,
    const struct select_walk_step *step, struct err *err)
{
    enum select_join join = step->node->join;

    if (join == SELECT_COMPARISON)
        return put_comparison(where, tree, step->node, err);
    switch (step->visit) {
    case SELECT_VISIT_ENTER: put(where, join == SELECT_NOT ? "NOT (" : "("); break;
    case SELECT_VISIT_BETWEEN: put(where, join == SELECT_AND ? " AND " : " OR "); break;
    case SELECT_VISIT_LEAVE: put(where, ")"); break;
    }
    return 0;
}

// What stands within it is gone through before it goes on.
static int put_tree(struct device_where *where, const struct select_tree *tree, struct err *err)
{
    struct select_walk walk;
    struct select_walk_step step;
    int rc = 0;

    select_walk_begin(&walk, tree);
    while (rc == 0) {
        struct nest *inner = where->inner;

        if (select_walk_next(inner != NULL ? &inner->walk : &walk, &step))
            rc = put_step(where, inner != NULL ? &inner->tree : tree, &step, err);
        else if (inner != NULL)
            leave(where);
        else
            break;
    }
    while (where->inner != NULL)
        leave(where);
    return rc;
}

static int put_filter(
    struct device_where *where, const struct device_filter *filter, struct err *err)
{
    int rc = 0;

    if (filter->online != 0)
        put(where, filter->online > 0 ? " AND online = 1" : " AND online = 0");
    if (filter->revoked)
        put(where, " AND " IS_REVOKED);
    if (filter->image_glob != NULL) {
        put(where, " AND glob(");
        where_text_put_text(&where->text, filter->image_glob); // a GLOB as it is
        put(where, ", image) = 1");
    }
    for (size_t i = 0; rc == 0 && i < filter->tree_count; i++) {
        put(where, " AND ");
        rc = put_tree(where, &filter->trees[i], err);
    }
    return rc;
}

int device_where_new(struct store_connection *connection, const struct device_filter *filter,
    const struct device_where_frame *frame, struct device_where **out, struct err *err)
{
    struct device_where *where = calloc(1, sizeof *where);
    int rc = where != NULL ? where_text_open(&where->text, frame->parameters, err)
                           : err_set(err, ERR_NO_MEMORY, "no memory for a filter");

    if (rc < 0) {
        free(where);
        return rc;
    }
    where->connection = connection;
    where->now_ms = filter != NULL ? filter->now_ms : 0;
    put(where, frame->head);
    if (filter != NULL)
        rc = put_filter(where, filter, err);
    put(where, frame->tail);

    int closed = where_text_close(&where->text, rc == 0 ? err : NULL);

    rc = rc == 0 ? closed : rc;
    if (rc < 0)
        device_where_free(where);
    else
        *out = where;
    return rc;
}

void device_where_free(struct device_where *where)
{
    if (where == NULL)
        return;
    where_text_clear(&where->text);
    free(where);
}

void device_where_open(
    const struct device_where *where, struct statement *s, struct store_connection *connection)
{
    statement_open_once(s, connection, where->text.text);
}

void device_where_bind(const struct device_where *where, struct statement *s)
{
    where_text_bind(&where->text, s);
}
