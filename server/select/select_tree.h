#ifndef SELECT_TREE_H
#define SELECT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A filter of devices as a tree. It holds all that it says and refers to nothing outside.

#define SELECT_FILTER_MAX 2048 // bytes of a filter's text
#define SELECT_VALUE_MAX 255   // bytes of one value
#define SELECT_VALUE_SIZE (SELECT_VALUE_MAX + 1)
#define SELECT_NODES_MAX 64   // comparisons, and what joins them
#define SELECT_DEPTH_MAX 16   // parentheses and nots within each other
#define SELECT_TEXT_SIZE 1024 // all values that are texts, each with its NUL
#define SELECT_NUMBER_MAX ((int64_t)1 << 53)

// What is compared. In the order of the rules of select_field.c.
enum select_field {
    SELECT_MAC,
    SELECT_NAME,
    SELECT_BOARD,
    SELECT_IMAGE,
    SELECT_TAG,
    SELECT_STATE,
    SELECT_RSSI,
    SELECT_HEAP,
    SELECT_UPTIME,
    SELECT_SEEN,
    SELECT_FIRST_SEEN,
    SELECT_REBOOTS,
    SELECT_LOOP,
    SELECT_MQTT,
    SELECT_IP,
    SELECT_BUILD,
    SELECT_ERROR,
    SELECT_KIND,
    SELECT_HOLD,
    SELECT_CANARY,
    SELECT_PIN,
    SELECT_CHANNEL,
    SELECT_OWN_CHANNEL,
    SELECT_GROUP,
    SELECT_DRIFTED,
    SELECT_LABEL,
    SELECT_PLACE,
    SELECT_FIELD_COUNT,
};

// The numbers of the words that a state, a kind, or yes and no are given in.
enum select_state { SELECT_STATE_ONLINE, SELECT_STATE_OFFLINE, SELECT_STATE_REVOKED };
enum select_kind { SELECT_KIND_OURS, SELECT_KIND_SKETCH };
enum select_flag { SELECT_FLAG_NO, SELECT_FLAG_YES };
enum select_channel { SELECT_CHANNEL_NONE, SELECT_CHANNEL_STABLE, SELECT_CHANNEL_BETA };

enum select_op {
    SELECT_EQUAL,
    SELECT_UNEQUAL,
    SELECT_LESS,
    SELECT_LESS_EQUAL,
    SELECT_GREATER,
    SELECT_GREATER_EQUAL,
    SELECT_OP_COUNT,
};

enum select_join { SELECT_COMPARISON, SELECT_NOT, SELECT_AND, SELECT_OR };

struct select_node {
    enum select_join join;
    size_t left; // of AND, OR and NOT: a place in nodes
    size_t right;
    enum select_field field; // of a comparison, as all that follows
    enum select_op op;
    bool is_pattern; // the text has * or ?
    bool is_latest;  // the image is the newest one that is published for the device's board
    int64_t number;  // durations and ages in ms, words by their enum above
    size_t text;     // where its text begins in the tree's; 0: ""
};

struct select_tree {
    struct select_node nodes[SELECT_NODES_MAX];
    size_t count;
    size_t root;
    char text[SELECT_TEXT_SIZE];
    size_t text_size;
};

#endif
