// A release chain as a graph: as text, and for Graphviz.
#include "server/ctl/chain_graph.h"

#include <stdlib.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/image_label.h"
#include "server/ctl/keys.h"

static bool begins_at(const json_t *edge, const char *name)
{
    return strcmp(field_text(edge, "from", ""), name) == 0;
}

static void print_edges(FILE *out, const json_t *edges, const char *name, bool offered)
{
    size_t i;
    json_t *edge;
    int count = 0;

    json_array_foreach((json_t *)edges, i, edge)
    {
        if (!begins_at(edge, name) || field_is_true(edge, "offered") != offered)
            continue;
        fputs(count++ > 0 ? ", " : offered ? " => " : " -> ", out);
        text_print(out, field_text(edge, "to", "-"));
    }
}

static bool has_edges(const json_t *edges, const char *name)
{
    size_t i;
    json_t *edge;

    json_array_foreach((json_t *)edges, i, edge)
    {
        if (begins_at(edge, name))
            return true;
    }
    return false;
}

static void print_cut(FILE *out, const json_t *chain, const char *begin)
{
    if (field_is_true(chain, "edges_cut"))
        fprintf(out, "%smore of what could be verified is left out\n", begin);
}

void chain_graph_print(FILE *out, const json_t *chain)
{
    const json_t *edges = json_object_get(chain, "edges");
    size_t i;
    json_t *image;

    json_array_foreach(json_object_get(chain, "images"), i, image)
    {
        const char *name = field_text(image, "name", "");

        if (!has_edges(edges, name))
            continue;
        text_print(out, name);
        fprintf(out, " (%lld)", (long long)field_integer(image, "devices", 0));
        print_edges(out, edges, name, true);
        print_edges(out, edges, name, false);
        fputc('\n', out);
    }
    print_cut(out, chain, "");
}

// As a string of DOT, of which the quotes are the caller's.
static void print_quoted(FILE *out, const char *s)
{
    char *escaped = text_escape(s);

    for (const char *c = escaped != NULL ? escaped : "?"; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', out);
        fputc(*c, out);
    }
    free(escaped);
}

static void print_keys(FILE *out, const json_t *keys)
{
    char label[KEYS_LABEL_SIZE];

    for (size_t i = 0; i < json_array_size(keys); i++) {
        keys_label(json_array_get(keys, i), label);
        fputs(i == 0 ? "" : ", ", out);
        print_quoted(out, label);
    }
}

static void print_node(FILE *out, const json_t *image)
{
    const char *name = field_text(image, "name", "");
    int64_t devices = field_integer(image, "devices", 0);
    char signer[KEYS_LABEL_SIZE];

    keys_label(json_object_get(image, "signer"), signer);
    fputs("    \"", out);
    print_quoted(out, name);
    fputs("\" [label=\"", out);
    print_quoted(out, name);
    fprintf(out, "\\n%s, devices: %lld\\nsigned by ", image_label_state(image), (long long)devices);
    print_quoted(out, signer);
    fputs(", embeds ", out);
    print_keys(out, json_object_get(image, "embeds"));
    fputc('"', out);
    if (strcmp(field_text(image, "state", ""), "published") != 0)
        fputs(", style=dashed", out);
    if (field_is_true(image, "must_pass"))
        fputs(", peripheries=2", out);
    if (devices > 0 && field_has(image, "fault"))
        fputs(", color=red", out);
    fputs("];\n", out);
}

void chain_graph_print_dot(FILE *out, const json_t *chain)
{
    size_t i;
    json_t *item;

    fputs("digraph \"", out);
    print_quoted(out, field_text(chain, "board", ""));
    fputs("\" {\n    rankdir=LR;\n    node [shape=box];\n", out);
    json_array_foreach(json_object_get(chain, "images"), i, item)
    {
        print_node(out, item);
    }
    json_array_foreach(json_object_get(chain, "edges"), i, item)
    {
        fputs("    \"", out);
        print_quoted(out, field_text(item, "from", ""));
        fputs("\" -> \"", out);
        print_quoted(out, field_text(item, "to", ""));
        fprintf(out, "\" [style=%s];\n", field_is_true(item, "offered") ? "bold" : "dotted");
    }
    print_cut(out, chain, "    // ");
    fputs("}\n", out);
}
