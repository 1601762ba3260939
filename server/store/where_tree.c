// One filter's tree as SQL.
#include "server/store/where_tree.h"

#include <stdlib.h>

#include "server/select/select_field.h"
#include "server/select/select_walk.h"
#include "server/store/device_images.h"
#include "server/store/device_latest.h"
#include "server/store/group_tree.h"

#define HAS_MARK "EXISTS (SELECT 1 FROM device_marks AS k WHERE k.device = devices.mac AND "
#define OF_LABEL(column)                                                                           \
    ("coalesce((SELECT b." column " FROM device_labels AS b WHERE b.device = devices.mac), '')")
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

struct build {
    struct where_tree *into;
    struct nest *inner; // that it is within
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
    [SELECT_LABEL] = OF_LABEL("name"),
    [SELECT_PLACE] = OF_LABEL("place"),
};

// In the order of enum select_op; the second of ages, which are times the other way round.
static const char *const ops[SELECT_OP_COUNT] = {"=", "<>", "<", "<=", ">", ">="};
static const char *const age_ops[SELECT_OP_COUNT] = {"=", "<>", ">", ">=", "<", "<="};

// By the number of the word.
static const char *const words[SELECT_FIELD_COUNT][3] = {
    [SELECT_STATE] = {"online = 1", "online = 0", WHERE_TREE_IS_REVOKED},
    [SELECT_KIND] = {"speaks_events = 1", "speaks_events = 0"},
    [SELECT_HOLD] = {"NOT " HAS_MARK "k.held_at_ms > 0)", HAS_MARK "k.held_at_ms > 0)"},
    [SELECT_CANARY] = {"NOT " HAS_MARK "k.canary = 1)", HAS_MARK "k.canary = 1)"},
    [SELECT_OWN_CHANNEL] = {"NOT " HAS_MARK "k.channel > 0)", HAS_MARK "k.channel = 1)",
        HAS_MARK "k.channel = 2)"},
    [SELECT_DRIFTED] = {"NOT " RUNS_OTHER, RUNS_OTHER},
};

static void put(struct build *build, const char *sql)
{
    where_text_put(build->into->text, sql);
}

// What is not known meets no comparison: it is false then, not NULL, so that NOT makes it true.
static void put_ordered(struct build *build, const struct select_node *node, bool is_age)
{
    const char *column = columns[node->field];

    put(build, "(");
    put(build, column);
    put(build, " IS NOT NULL AND ");
    put(build, column);
    put(build, " ");
    put(build, is_age ? age_ops[node->op] : ops[node->op]);
    put(build, " ");
    where_text_put_number(
        build->into->text, is_age ? build->into->now_ms - node->number : node->number);
    put(build, ")");
}

// The numbers of all MACs that begin so, or of that one.
static void put_mac(struct build *build, const char *text)
{
    int64_t first = 0;
    int rest = MAC_BITS;

    for (const char *p = text; *p != '\0' && *p != '*'; p++) {
        first = first * 16 + (*p <= '9' ? *p - '0' : *p - 'a' + 10);
        rest -= 4;
    }
    put(build, "(mac >= ");
    where_text_put_number(build->into->text, first << rest);
    put(build, " AND mac <= ");
    where_text_put_number(build->into->text, ((first + 1) << rest) - 1);
    put(build, ")");
}

static int put_board(struct build *build, const char *board, bool is_pattern, struct err *err)
{
    struct device_images images = {0};
    int rc = device_images_of_board(build->into->connection, board, is_pattern, &images, err);

    if (rc == 0)
        where_text_put_images(build->into->text, &images);
    device_images_clear(&images);
    return rc;
}

// Into a filter within this one, whose tree is to be read next.
static int enter(struct build *build, bool is_channel, struct nest **out, struct err *err)
{
    size_t depth = 0;
    struct nest *nest;

    for (nest = build->inner; nest != NULL; nest = nest->outer) {
        if (is_channel && nest->is_channel)
            return err_set(err, ERR_CONFLICT,
                "a group that has a channel cannot ask for one, nor for the latest image");
        depth++;
    }
    if (depth > GROUP_TREE_DEPTH_MAX + 1 || build->into->groups++ == GROUP_TREE_COUNT_MAX)
        return err_set(
            err, ERR_TOO_LARGE, "the filter's groups refer to too many others; give them fewer");
    nest = calloc(1, sizeof *nest);
    if (nest == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
    nest->outer = build->inner;
    nest->is_channel = is_channel;
    nest->tail = ")";
    build->inner = nest;
    *out = nest;
    return 0;
}

static void leave(struct build *build)
{
    struct nest *nest = build->inner;

    put(build, nest->tail);
    build->inner = nest->outer;
    free(nest);
}

static int put_group(struct build *build, const char *name, struct err *err)
{
    struct nest *nest;
    int rc = enter(build, false, &nest, err);

    if (rc == 0)
        rc = group_tree_read(build->into->connection, name, &nest->tree, err);
    if (rc < 0)
        return rc;
    put(build, "(");
    select_walk_begin(&nest->walk, &nest->tree);
    return 0;
}

// Who follows beta; the tail stands behind it.
static int put_beta(struct build *build, const char *tail, struct err *err)
{
    struct nest *nest;
    int rc = enter(build, true, &nest, err);

    if (rc == 0)
        rc = group_tree_read_beta(build->into->connection, &nest->tree, err);
    if (rc < 0)
        return rc;
    nest->tail = tail;
    select_walk_begin(&nest->walk, &nest->tree);
    return 0;
}

// Which of two lists counts goes by the device's channel.
static int put_by_channel(struct build *build, const struct device_latest *beta,
    const struct device_latest *stable, struct err *err)
{
    if (device_latest_equal(beta, stable)) {
        device_latest_put(stable, build->into->text);
        return 0;
    }
    // Its value is that of the channel: 1 of beta, 0 of stable.
    put(build, "((CASE WHEN ");
    device_latest_put(beta, build->into->text);
    put(build, " THEN CASE WHEN ");
    device_latest_put(stable, build->into->text);
    put(build, " THEN 2 ELSE 1 END WHEN ");
    device_latest_put(stable, build->into->text);
    put(build, " THEN 0 ELSE 3 END) IN (2, CASE WHEN ");
    return put_beta(build, " THEN 1 ELSE 0 END))", err);
}

// Without a newest image of its board in its channel, a device meets neither.
static int put_latest(struct build *build, enum select_op op, struct err *err)
{
    struct device_latest beta = {0};
    struct device_latest stable = {0};
    int (*const list)(struct store_connection *, enum channel, struct device_latest *,
        struct err *) = op == SELECT_EQUAL ? device_latest_read : device_latest_read_outdated;
    int rc = list(build->into->connection, CHANNEL_BETA, &beta, err);

    if (rc == 0)
        rc = list(build->into->connection, CHANNEL_STABLE, &stable, err);
    if (rc == 0)
        rc = put_by_channel(build, &beta, &stable, err);
    device_latest_clear(&beta);
    device_latest_clear(&stable);
    return rc;
}

// Filters of their own.
static int put_nested(struct build *build, const struct select_tree *tree,
    const struct select_node *node, struct err *err)
{
    bool is_not = node->op == SELECT_UNEQUAL;

    if (node->field == SELECT_CHANNEL && node->number + 1 == SELECT_CHANNEL_STABLE)
        is_not = !is_not;
    if (is_not)
        put(build, "NOT ");
    if (node->field == SELECT_GROUP)
        return put_group(build, tree->text + node->text, err);
    put(build, "(");
    return put_beta(build, ")", err);
}

static int put_equality(struct build *build, const struct select_tree *tree,
    const struct select_node *node, struct err *err)
{
    const char *text = tree->text + node->text;
    int rc = 0;

    if (node->op == SELECT_UNEQUAL)
        put(build, "NOT (");
    switch (node->field) {
    case SELECT_MAC: put_mac(build, text); break;
    case SELECT_BOARD: rc = put_board(build, text, node->is_pattern, err); break;
    case SELECT_TAG:
        put(build, "EXISTS (SELECT 1 FROM device_tags AS t WHERE t.device = devices.mac AND ");
        where_text_put_match(build->into->text, "t.tag", text, node->is_pattern);
        put(build, ")");
        break;
    case SELECT_STATE:
    case SELECT_KIND:
    case SELECT_HOLD:
    case SELECT_OWN_CHANNEL:
    case SELECT_CANARY:
    case SELECT_DRIFTED: put(build, words[node->field][node->number]); break;
    default:
        where_text_put_match(build->into->text, columns[node->field], text, node->is_pattern);
        break;
    }
    if (node->op == SELECT_UNEQUAL)
        put(build, ")");
    return rc;
}

static int put_comparison(struct build *build, const struct select_tree *tree,
    const struct select_node *node, struct err *err)
{
    enum select_type type = select_field_rule(node->field)->type;

    if (node->is_latest)
        return put_latest(build, node->op, err);
    if (node->field == SELECT_GROUP || node->field == SELECT_CHANNEL)
        return put_nested(build, tree, node, err);
    if (type != SELECT_TYPE_NUMBER && type != SELECT_TYPE_DURATION && type != SELECT_TYPE_AGE)
        return put_equality(build, tree, node, err);
    put_ordered(build, node, type == SELECT_TYPE_AGE);
    return 0;
}

static int put_step(struct build *build, const struct select_tree *tree,
    const struct select_walk_step *step, struct err *err)
{
    enum select_join join = step->node->join;

    if (join == SELECT_COMPARISON)
        return put_comparison(build, tree, step->node, err);
    switch (step->visit) {
    case SELECT_VISIT_ENTER: put(build, join == SELECT_NOT ? "NOT (" : "("); break;
    case SELECT_VISIT_BETWEEN: put(build, join == SELECT_AND ? " AND " : " OR "); break;
    case SELECT_VISIT_LEAVE: put(build, ")"); break;
    }
    return 0;
}

// What stands within it is gone through before it goes on.
int where_tree_put(struct where_tree *into, const struct select_tree *tree, struct err *err)
{
    struct build within = {.into = into};
    struct build *build = &within;
    struct select_walk walk;
    struct select_walk_step step;
    int rc = 0;

    select_walk_begin(&walk, tree);
    while (rc == 0) {
        struct nest *inner = build->inner;

        if (select_walk_next(inner != NULL ? &inner->walk : &walk, &step))
            rc = put_step(build, inner != NULL ? &inner->tree : tree, &step, err);
        else if (inner != NULL)
            leave(build);
        else
            break;
    }
    while (build->inner != NULL)
        leave(build);
    return rc;
}
