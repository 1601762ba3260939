// Text to tree.
#include "server/select/select_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/base/utf8.h"
#include "server/select/select_value.h"

#define SHOWN_MAX 40 // bytes of a word that is wrong

// What has begun: NOT, AND, OR, or a parenthesis.
struct begun {
    enum select_join join;
    bool is_parenthesis;
    size_t at;   // of a parenthesis
    size_t left; // of AND and OR
};

#define BEGUN_MAX (3 * (SELECT_DEPTH_MAX + 1)) // within each a NOT or "(", an OR and an AND

struct parser {
    const char *text;
    size_t at;
    size_t depth; // of NOTs and parentheses
    struct begun begun[BEGUN_MAX];
    size_t begun_count;
    size_t last; // the node that was read last, while none is waited for
    struct select_tree tree;
    struct err *err;
};

// The place, in characters from 1.
static size_t column_of(const char *text, size_t at)
{
    size_t column = 1;

    for (size_t i = 0; i < at; i++)
        column += ((unsigned char)text[i] & 0xc0) != 0x80;
    return column;
}

static int fail(struct parser *p, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(struct parser *p, size_t at, const char *format, ...)
{
    char what[ERR_MESSAGE_SIZE - 64];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return err_set(p->err, ERR_INVALID, "filter, column %zu: %s", column_of(p->text, at), what);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Letters alone, control characters only between words.
static int check_text(struct parser *p)
{
    size_t n = strnlen(p->text, SELECT_FILTER_MAX + 1);
    size_t length;

    if (n > SELECT_FILTER_MAX)
        return err_set(
            p->err, ERR_INVALID, "filter: it is longer than %d bytes", SELECT_FILTER_MAX);
    for (size_t i = 0; i < n; i += length) {
        unsigned char c = (unsigned char)p->text[i];

        length = utf8_sequence_length((const uint8_t *)p->text + i, n - i);
        if (length == 0)
            return fail(p, i, "expected UTF-8");
        if ((c < ' ' && !is_space((char)c)) || c == 0x7f)
            return fail(p, i, "expected no control character");
    }
    return 0;
}

static void skip_spaces(struct parser *p)
{
    while (is_space(p->text[p->at]))
        p->at++;
}

// The length of the word that comes.
static size_t word_length(const struct parser *p)
{
    size_t n = 0;

    while (is_letter(p->text[p->at + n]))
        n++;
    return n;
}

static bool next_is(const struct parser *p, const char *word)
{
    size_t n = word_length(p);

    return n == strlen(word) && memcmp(p->text + p->at, word, n) == 0;
}

static bool take_word(struct parser *p, const char *word)
{
    if (!next_is(p, word))
        return false;
    p->at += strlen(word);
    skip_spaces(p);
    return true;
}

static int add_node(struct parser *p, const struct select_node *node, size_t *out)
{
    if (p->tree.count == SELECT_NODES_MAX)
        return fail(p, p->at, "expected less: a filter has at most %d comparisons and joints",
            SELECT_NODES_MAX);
    *out = p->tree.count;
    p->tree.nodes[p->tree.count++] = *node;
    return 0;
}

static int keep_text(struct parser *p, const char *text, struct select_node *node)
{
    size_t n = strlen(text) + 1;

    if (n == 1)
        return 0;
    if (n > sizeof p->tree.text - p->tree.text_size)
        return fail(
            p, p->at, "expected less: all values together have at most %d bytes", SELECT_TEXT_SIZE);
    node->text = p->tree.text_size;
    memcpy(p->tree.text + node->text, text, n);
    p->tree.text_size += n;
    return 0;
}

static int read_field(struct parser *p, enum select_field *out)
{
    size_t n = word_length(p);
    char names[256];

    if (n == 0 || next_is(p, "and") || next_is(p, "or"))
        return fail(p, p->at, "expected a comparison, as rssi<-75%s",
            p->text[p->at] == '\0' ? ", but it ends" : "");
    *out = select_field_find(p->text + p->at, n);
    if (*out == SELECT_FIELD_COUNT) {
        select_field_list(names, sizeof names);
        return fail(p, p->at, "there is no \"%.*s\"; there are %s, and the words not, and, or",
            (int)(n < SHOWN_MAX ? n : SHOWN_MAX), p->text + p->at, names);
    }
    p->at += n;
    skip_spaces(p);
    return 0;
}

static int read_op(struct parser *p, enum select_field field, enum select_op *out)
{
    const struct select_field_rule *rule = select_field_rule(field);
    const char *s = p->text + p->at;
    size_t best = 0;
    char names[64];

    for (int i = 0; i < SELECT_OP_COUNT; i++) {
        const char *name = select_field_op_name((enum select_op)i);
        size_t n = strlen(name);

        if (n > best && strncmp(s, name, n) == 0) {
            *out = (enum select_op)i;
            best = n;
        }
    }
    if (best == 0 || !select_field_knows(rule->type, *out)) {
        select_field_list_ops(rule->type, names, sizeof names);
        return fail(p, p->at, "expected one of %s after %s", names, rule->name);
    }
    p->at += best;
    skip_spaces(p);
    return 0;
}

static int read_quoted(struct parser *p, char out[SELECT_VALUE_SIZE])
{
    size_t begin = p->at++;
    size_t n = 0;

    while (p->text[p->at] != '"') {
        if (p->text[p->at] == '\0')
            return fail(p, begin, "expected a second \" to this one");
        if (p->text[p->at] == '\\') {
            p->at++;
            if (p->text[p->at] != '"' && p->text[p->at] != '\\')
                return fail(p, p->at, "expected \" or \\ behind \\");
        } else if ((unsigned char)p->text[p->at] < ' ') {
            return fail(p, p->at, "expected no control character");
        }
        if (n == SELECT_VALUE_MAX)
            return fail(p, begin, "expected a value of at most %d bytes", SELECT_VALUE_MAX);
        out[n++] = p->text[p->at++];
    }
    p->at++;
    out[n] = '\0';
    return 0;
}

static int read_bare(struct parser *p, char out[SELECT_VALUE_SIZE])
{
    size_t n = 0;

    while (select_value_is_bare(p->text[p->at + n]))
        n++;
    if (n == 0)
        return fail(p, p->at, "expected a value%s; \"\" for none",
            p->text[p->at] == '\0' ? ", but it ends" : "");
    if (n > SELECT_VALUE_MAX)
        return fail(p, p->at, "expected a value of at most %d bytes", SELECT_VALUE_MAX);
    memcpy(out, p->text + p->at, n);
    out[n] = '\0';
    p->at += n;
    return 0;
}

static int read_value(struct parser *p, struct select_node *node)
{
    const struct select_field_rule *rule = select_field_rule(node->field);
    size_t begin = p->at;
    char given[SELECT_VALUE_SIZE];
    char kept[SELECT_VALUE_SIZE];
    struct err why = {0};
    int rc = p->text[p->at] == '"' ? read_quoted(p, given) : read_bare(p, given);

    if (rc < 0)
        return rc;
    if (!is_space(p->text[p->at]) && p->text[p->at] != ')' && p->text[p->at] != '\0')
        return fail(p, p->at,
            "expected a space, ')' or the end behind a value; \" around it all "
            "if this belongs to it");
    if (select_value_read(rule, given, node, kept, &why) < 0)
        return fail(p, begin, "%s", why.message);
    return keep_text(p, kept, node);
}

static int read_comparison(struct parser *p)
{
    struct select_node node = {.join = SELECT_COMPARISON};
    int rc = read_field(p, &node.field);

    if (rc == 0)
        rc = read_op(p, node.field, &node.op);
    if (rc == 0)
        rc = read_value(p, &node);
    if (rc < 0)
        return rc;
    skip_spaces(p);
    return add_node(p, &node, &p->last);
}

// The last of what has begun, or NULL.
static const struct begun *begun_last(const struct parser *p)
{
    return p->begun_count > 0 ? &p->begun[p->begun_count - 1] : NULL;
}

static void begin(struct parser *p, struct begun begun)
{
    p->begun[p->begun_count++] = begun;
}

// Ends the last one, whose last part has been read.
static int end_last(struct parser *p)
{
    const struct begun *last = &p->begun[--p->begun_count];
    struct select_node node = {.join = last->join, .left = last->left, .right = p->last};

    if (last->join == SELECT_NOT) {
        node.left = p->last;
        node.right = 0;
        p->depth--;
    }
    return add_node(p, &node, &p->last);
}

// Ends what binds at least as much.
static int end_binding(struct parser *p, enum select_join join)
{
    const struct begun *last;
    int rc = 0;

    while (rc == 0 && (last = begun_last(p)) != NULL && !last->is_parenthesis && last->join <= join)
        rc = end_last(p);
    return rc;
}

// What may stand before a comparison, and that.
static int read_operand(struct parser *p)
{
    bool is_parenthesis = p->text[p->at] == '(';

    while (is_parenthesis || next_is(p, "not")) {
        if (p->depth++ == SELECT_DEPTH_MAX)
            return fail(
                p, p->at, "expected at most %d of ( and not within each other", SELECT_DEPTH_MAX);
        begin(p, (struct begun){SELECT_NOT, is_parenthesis, p->at, 0});
        p->at += is_parenthesis ? 1 : strlen("not");
        skip_spaces(p);
        is_parenthesis = p->text[p->at] == '(';
    }

    int rc = read_comparison(p);

    return rc < 0 ? rc : end_binding(p, SELECT_NOT);
}

static int read_closing(struct parser *p)
{
    int rc = end_binding(p, SELECT_OR);

    if (rc < 0)
        return rc;
    if (begun_last(p) == NULL)
        return fail(p, p->at, "expected no ), as none is open");
    p->begun_count--;
    p->depth--;
    p->at++;
    skip_spaces(p);
    return end_binding(p, SELECT_NOT);
}

// AND or OR, and what is behind it.
static int read_more(struct parser *p)
{
    enum select_join join = take_word(p, "or") ? SELECT_OR : SELECT_AND;
    int rc = end_binding(p, join);

    if (rc < 0)
        return rc;
    if (join == SELECT_AND)
        (void)take_word(p, "and");
    begin(p, (struct begun){join, false, p->at, p->last});
    return read_operand(p);
}

static int read_all(struct parser *p)
{
    int rc = read_operand(p);

    while (rc == 0 && p->text[p->at] != '\0')
        rc = p->text[p->at] == ')' ? read_closing(p) : read_more(p);
    if (rc == 0)
        rc = end_binding(p, SELECT_OR);
    if (rc == 0 && begun_last(p) != NULL)
        rc = fail(p, begun_last(p)->at, "expected a ) to this (");
    return rc;
}

int select_parse(const char *text, struct select_tree *out, struct err *err)
{
    struct parser p = {.text = text, .tree = {.text_size = 1}, .err = err};
    int rc = check_text(&p);

    if (rc < 0)
        return rc;
    skip_spaces(&p);
    rc = read_all(&p);
    if (rc < 0)
        return rc;
    p.tree.root = p.last;
    *out = p.tree;
    return 0;
}
