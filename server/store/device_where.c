// Filters of devices as SQL.
#include "server/store/device_where.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/select/select_field.h"
#include "server/select/select_walk.h"
#include "server/store/device_images.h"

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

struct value {
    char *text; // NULL: a number
    int64_t number;
};

struct device_where {
    struct store_connection *connection;
    int64_t now_ms;
    FILE *out; // to text
    char *text;
    size_t size;
    struct value *values;
    size_t count, capacity;
    int parameter; // the last one's number
    bool failed;   // no memory
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
    [SELECT_DRIFTED] = {"NOT " RUNS_OTHER, RUNS_OTHER},
};

static void put(struct device_where *where, const char *sql)
{
    if (fputs(sql, where->out) == EOF)
        where->failed = true;
}

// Writes the next parameter, whose value that is; takes the text.
static void put_value(struct device_where *where, char *text, int64_t number)
{
    if (where->count == where->capacity) {
        size_t capacity = where->capacity > 0 ? 2 * where->capacity : 16;
        void *values = realloc(where->values, capacity * sizeof *where->values);

        if (values == NULL) {
            where->failed = true;
            free(text);
            return;
        }
        where->values = values;
        where->capacity = capacity;
    }
    where->values[where->count++] = (struct value){text, number};
    if (fprintf(where->out, "?%d", ++where->parameter) < 0)
        where->failed = true;
}

static void put_number(struct device_where *where, int64_t number)
{
    put_value(where, NULL, number);
}

static void put_text(struct device_where *where, const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL)
        where->failed = true;
    else
        put_value(where, copy, 0);
}

// As GLOB has it, where '[' is one more.
static void put_pattern(struct device_where *where, const char *pattern)
{
    char *glob = malloc(3 * strlen(pattern) + 1);
    size_t n = 0;

    if (glob == NULL) {
        where->failed = true;
        return;
    }
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == '[') {
            memcpy(glob + n, "[[]", 3);
            n += 3;
        } else {
            glob[n++] = *p;
        }
    }
    glob[n] = '\0';
    put_value(where, glob, 0);
}

// "column = ?1", or the pattern's.
static void put_match(
    struct device_where *where, const char *column, const char *text, bool is_pattern)
{
    if (is_pattern) {
        put(where, "glob(");
        put_pattern(where, text);
        put(where, ", ");
        put(where, column);
        put(where, ") = 1");
    } else {
        put(where, column);
        put(where, " = ");
        put_text(where, text);
    }
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
    put_number(where, is_age ? where->now_ms - node->number : node->number);
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
    put_number(where, first << rest);
    put(where, " AND mac <= ");
    put_number(where, ((first + 1) << rest) - 1);
    put(where, ")");
}

static void put_images(struct device_where *where, const struct device_images *images)
{
    if (images->count == 0)
        put(where, "1 = 0");
    else
        put(where, "image IN (");
    for (size_t i = 0; i < images->count; i++) {
        if (i > 0)
            put(where, ", ");
        put_text(where, images->names[i]);
    }
    if (images->count > 0)
        put(where, ")");
}

static int put_board(
    struct device_where *where, const char *board, bool is_pattern, struct err *err)
{
    struct device_images images = {0};
    int rc = device_images_of_board(where->connection, board, is_pattern, &images, err);

    if (rc == 0)
        put_images(where, &images);
    device_images_clear(&images);
    return rc;
}

// Without a newest image of its board, a device meets neither.
static int put_latest(struct device_where *where, enum select_op op, struct err *err)
{
    struct device_images images = {0};
    int rc = op == SELECT_EQUAL ? device_images_latest(where->connection, &images, err)
                                : device_images_outdated(where->connection, &images, err);

    if (rc == 0)
        put_images(where, &images);
    device_images_clear(&images);
    return rc;
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
        put_match(where, "t.tag", text, node->is_pattern);
        put(where, ")");
        break;
    case SELECT_STATE:
    case SELECT_KIND:
    case SELECT_HOLD:
    case SELECT_CANARY:
    case SELECT_DRIFTED: put(where, words[node->field][node->number]); break;
    default: put_match(where, columns[node->field], text, node->is_pattern); break;
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

static int put_tree(struct device_where *where, const struct select_tree *tree, struct err *err)
{
    struct select_walk walk;
    struct select_walk_step step;
    int rc = 0;

    select_walk_begin(&walk, tree);
    while (rc == 0 && select_walk_next(&walk, &step))
        rc = put_step(where, tree, &step, err);
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
        put_text(where, filter->image_glob); // a GLOB as it is
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
    int rc = 0;

    if (where != NULL)
        where->out = open_memstream(&where->text, &where->size);
    if (where == NULL || where->out == NULL) {
        free(where);
        return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
    }
    where->connection = connection;
    where->parameter = frame->parameters;
    where->now_ms = filter != NULL ? filter->now_ms : 0;
    put(where, frame->head);
    if (filter != NULL)
        rc = put_filter(where, filter, err);
    put(where, frame->tail);
    where->failed |= fclose(where->out) != 0;
    if (rc == 0 && where->failed)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for a filter");
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
    for (size_t i = 0; i < where->count; i++)
        free(where->values[i].text);
    free(where->values);
    free(where->text);
    free(where);
}

void device_where_open(
    const struct device_where *where, struct statement *s, struct store_connection *connection)
{
    statement_open_once(s, connection, where->text);
}

void device_where_bind(const struct device_where *where, struct statement *s)
{
    for (size_t i = 0; i < where->count; i++) {
        if (where->values[i].text != NULL)
            statement_bind_text(s, where->values[i].text);
        else
            statement_bind_int(s, where->values[i].number);
    }
}
