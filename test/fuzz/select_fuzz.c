// Filters: what is read is written as a filter that means the same.
#include <string.h>

#include "server/select/select_format.h"
#include "server/select/select_parse.h"
#include "server/select/select_value.h"
#include "test/fuzz/fuzz.h"

static void check_node(const struct select_tree *tree, size_t at)
{
    const struct select_node *node = &tree->nodes[at];

    FUZZ_CHECK(node->left < at || at == 0 || node->join == SELECT_COMPARISON);
    FUZZ_CHECK(node->text < tree->text_size && tree->text_size <= sizeof tree->text);
    FUZZ_CHECK(strlen(tree->text + node->text) <= SELECT_VALUE_MAX);
    if (node->join == SELECT_COMPARISON) {
        const struct select_field_rule *rule = select_field_rule(node->field);

        FUZZ_CHECK(select_field_knows(rule->type, node->op));
        FUZZ_CHECK(node->number >= -SELECT_NUMBER_MAX && node->number <= SELECT_NUMBER_MAX);
        FUZZ_CHECK(!node->is_latest || node->field == SELECT_IMAGE);
    }
}

static void check_written(const struct select_tree *tree)
{
    struct select_tree again;
    char first[SELECT_FORMAT_SIZE];
    char second[SELECT_FORMAT_SIZE];

    FUZZ_CHECK(select_format(tree, first, sizeof first, NULL) == 0);
    if (strlen(first) > SELECT_FILTER_MAX) // as "(...)(...)" gets a space
        return;
    FUZZ_CHECK(select_parse(first, &again, NULL) == 0);
    FUZZ_CHECK(again.count == tree->count && again.text_size == tree->text_size);
    FUZZ_CHECK(select_format(&again, second, sizeof second, NULL) == 0);
    FUZZ_CHECK(strcmp(first, second) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct select_tree tree;
    struct err err = {0};

    fuzz_fill(&tree, sizeof tree);
    if (select_parse(fuzz_text(p, n), &tree, &err) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&tree, sizeof tree));
        FUZZ_CHECK(err.code == ERR_INVALID && strncmp(err.message, "filter", 6) == 0);
        return 0;
    }
    FUZZ_CHECK(tree.count > 0 && tree.count <= SELECT_NODES_MAX && tree.root == tree.count - 1);
    for (size_t i = 0; i < tree.count; i++)
        check_node(&tree, i);
    check_written(&tree);
    return 0;
}
