// Tree to text.
#include "server/select/select_format.h"

#include <stdio.h>
#include <string.h>

#include "server/select/select_value.h"
#include "server/select/select_walk.h"

struct writer {
    const struct select_tree *tree;
    char *out;
    size_t size;
    size_t n; // more than fits once it does not
};

static void put(struct writer *w, const char *text)
{
    size_t n = strlen(text);

    if (w->n + n < w->size)
        memcpy(w->out + w->n, text, n + 1);
    w->n += n;
}

static void put_quoted(struct writer *w, const char *text)
{
    put(w, "\"");
    for (const char *p = text; *p != '\0'; p++) {
        char c[2] = {*p, '\0'};

        if (*p == '"' || *p == '\\')
            put(w, "\\");
        put(w, c);
    }
    put(w, "\"");
}

static void put_text(struct writer *w, const char *text)
{
    const char *p = text;

    while (select_value_is_bare(*p))
        p++;
    if (*p == '\0' && p > text)
        put(w, text);
    else
        put_quoted(w, text);
}

static void put_comparison(struct writer *w, const struct select_node *node)
{
    const struct select_field_rule *rule = select_field_rule(node->field);
    char number[32];

    put(w, rule->name);
    put(w, select_field_op_name(node->op));
    switch (rule->type) {
    case SELECT_TYPE_NUMBER:
        snprintf(number, sizeof number, "%lld", (long long)node->number);
        put(w, number);
        break;
    case SELECT_TYPE_DURATION:
    case SELECT_TYPE_AGE:
        select_value_write_duration(node->number, number, sizeof number);
        put(w, number);
        break;
    case SELECT_TYPE_WORD: put(w, rule->words[node->number]); break;
    default: put_text(w, w->tree->text + node->text); break;
    }
}

static void put_step(struct writer *w, const struct select_walk_step *step)
{
    const struct select_node *node = step->node;
    bool has_parentheses = (node->join == SELECT_OR && step->outer != SELECT_OR) ||
                           (node->join == SELECT_AND && step->outer == SELECT_NOT);

    switch (step->visit) {
    case SELECT_VISIT_ENTER:
        if (has_parentheses)
            put(w, "(");
        if (node->join == SELECT_COMPARISON)
            put_comparison(w, node);
        if (node->join == SELECT_NOT)
            put(w, "not ");
        break;
    case SELECT_VISIT_BETWEEN: put(w, node->join == SELECT_OR ? " or " : " "); break;
    case SELECT_VISIT_LEAVE:
        if (has_parentheses)
            put(w, ")");
        break;
    }
}

int select_format(const struct select_tree *tree, char *out, size_t size, struct err *err)
{
    struct writer w = {tree, out, size, 0};
    struct select_walk walk;
    struct select_walk_step step;

    select_walk_begin(&walk, tree);
    while (select_walk_next(&walk, &step))
        put_step(&w, &step);
    return w.n < size ? 0 : err_set(err, ERR_TOO_LARGE, "the filter is too long");
}
