// Release chains as graphs: the text, and that Graphviz could read what is written for it.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/chain_graph.h"

// The board's name is the worst that there may be.
#define NASTY "B\\\"\\n;->]\\\\"

static const char chain_json[] =
    "{\"board\": \"" NASTY "\", \"images\": ["
    "{\"name\": \"B-0\", \"state\": \"published\", \"channel\": \"beta\"},"
    "{\"name\": \"B-1\", \"state\": \"published\", \"channel\": \"stable\", \"devices\": 3, "
    "\"must_pass\": false,"
    " \"signer\": {\"id\": \"aa\", \"name\": \"" NASTY "\"}, \"embeds\": [], \"fault\": {}},"
    "{\"name\": \"B-2\", \"state\": \"withdrawn\", \"devices\": 0, \"must_pass\": true,"
    " \"signer\": {\"id\": \"aa\", \"name\": \"a\"}, \"fault\": null,"
    " \"embeds\": [{\"id\": \"aa\", \"name\": \"a\"}, {\"id\": \"bb\", \"name\": null}]},"
    "{\"name\": \"" NASTY "\", \"state\": \"added\", \"devices\": 0, \"signer\": null}],"
    "\"edges\": ["
    "{\"from\": \"B-1\", \"to\": \"B-2\", \"offered\": false},"
    "{\"from\": \"B-1\", \"to\": \"" NASTY "\", \"offered\": true}]}";

static char *print(void (*how)(FILE *out, const json_t *chain), const char *json)
{
    json_t *chain = json_loads(json, 0, NULL);
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(chain);
    assert_non_null(out);
    how(out, chain);
    assert_int_equal(fclose(out), 0);
    json_decref(chain);
    return text;
}

// --- a reader of as much of the DOT language as is written: graphviz.org/doc/info/lang.html

static const char *after_space(const char *p)
{
    return p + strspn(p, " \n");
}

// Behind an ID: letters, or a quoted string in which \" is a quote. NULL: there is none.
static const char *read_id(const char *p)
{
    size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    if (n > 0)
        return after_space(p + n);
    if (*p != '"')
        return NULL;
    for (p++; *p != '"'; p++) {
        if (*p == '\0' || *p == '\n')
            return NULL;
        if (*p == '\\' && *++p == '\0')
            return NULL;
    }
    return after_space(p + 1);
}

// ID '=' ID
static const char *read_assignment(const char *p)
{
    p = read_id(p);
    return p != NULL && *p == '=' ? read_id(after_space(p + 1)) : NULL;
}

// '[' ID '=' ID { ',' ID '=' ID } ']', or nothing
static const char *read_attributes(const char *p)
{
    if (*p != '[')
        return p;
    do
        p = read_assignment(after_space(p + 1));
    while (p != NULL && *p == ',');
    return p != NULL && *p == ']' ? after_space(p + 1) : NULL;
}

// A statement: ID '=' ID, or ID [ '->' ID ] [ attributes ], and ';'.
static const char *read_statement(const char *p)
{
    const char *next = read_assignment(p);

    if (next == NULL) {
        next = read_id(p);
        if (next != NULL && strncmp(next, "->", 2) == 0)
            next = read_id(after_space(next + 2));
        next = next != NULL ? read_attributes(next) : NULL;
    }
    return next != NULL && *next == ';' ? after_space(next + 1) : NULL;
}

static bool is_dot(const char *p)
{
    if (strncmp(p, "digraph ", 8) != 0)
        return false;
    p = read_id(p + 8);
    if (p == NULL || *p != '{')
        return false;
    p = after_space(p + 1);
    while (p != NULL && *p != '}' && *p != '\0')
        p = read_statement(p);
    return p != NULL && *p == '}' && *after_space(p + 1) == '\0';
}

static void test_the_reader_reads(void **state)
{
    static const char *const bad[] = {"", "digraph {", "digraph \"a\" {", "digraph \"a\" { a }",
        "digraph \"a\" { \"a\"b; }", "digraph \"a\" { a -> ; }", "digraph \"a\" { a [b]; }",
        "digraph \"a\" { a [b=c; }", "digraph \"a\" { \"a; }", "digraph \"a\" { } }"};

    (void)state;
    assert_true(is_dot("digraph \"a\" { a=b; a -> \"b\\\"c\" [d=e, f=\"g\"]; h; }\n"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (is_dot(bad[i]))
            fail_msg("%s", bad[i]);
    }
}

static void test_dot(void **state)
{
    char *text = print(chain_graph_print_dot, chain_json);

    (void)state;
    if (!is_dot(text))
        fail_msg("%s", text);
    assert_non_null(strstr(text, "    \"B-1\" [label=\"B-1\\npublished, devices: 3\\nsigned by "));
    assert_non_null(strstr(text, "signed by a, embeds a, ?bb\", style=dashed, peripheries=2];\n"));
    assert_non_null(strstr(text, "B-0\\npublished (beta), devices: 0"));
    assert_non_null(strstr(text, ", color=red];\n"));
    assert_non_null(strstr(text, "    \"B-1\" -> \"B-2\" [style=dotted];\n"));
    assert_non_null(strstr(text, "\" [style=bold];\n}\n"));
    free(text);
    text = print(chain_graph_print_dot, "{}");
    assert_true(is_dot(text));
    free(text);
}

static void test_text(void **state)
{
    char *text = print(chain_graph_print,
        "{\"images\": [{\"name\": \"B-1\", \"devices\": 3}, {\"name\": \"B-2\"}, {\"name\": "
        "\"B-3\"}], \"edges\": [{\"from\": \"B-1\", \"to\": \"B-2\", \"offered\": false},"
        "{\"from\": \"B-1\", \"to\": \"B-3\", \"offered\": true},"
        "{\"from\": \"B-2\", \"to\": \"B-3\", \"offered\": true},"
        "{\"from\": \"B-1\", \"to\": \"B-4\"}]}");

    (void)state;
    assert_string_equal(text, "B-1 (3) => B-3 -> B-2, B-4\nB-2 (0) => B-3\n");
    free(text);
    text = print(chain_graph_print, "{\"images\": [], \"edges\": [], \"edges_cut\": true}");
    assert_string_equal(text, "more of what could be verified is left out\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_reader_reads),
        cmocka_unit_test(test_dot),
        cmocka_unit_test(test_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
