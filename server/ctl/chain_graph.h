#ifndef CTL_CHAIN_GRAPH_H
#define CTL_CHAIN_GRAPH_H

#include <stdio.h>

#include <jansson.h>

// A release chain as a graph, from what `GET /api/v1/chains/BOARD` answers.

// Writes it for people: a line for each image from which there is a way.
void chain_graph_print(FILE *out, const json_t *chain);

// Writes it in the language of Graphviz, DOT.
void chain_graph_print_dot(FILE *out, const json_t *chain);

#endif
