#ifndef COMMAND_LIST_H
#define COMMAND_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "common/topic.h"
#include "server/base/err.h"
#include "server/model/command.h"
#include "server/store/store.h"

// Many commands in little memory: what it takes to publish each. Starts as {0}.
struct command_list_item {
    int64_t id;
    int64_t created_at_ms;
    char mac[MAC_SIZE];
    char spelling[DEVICE_SPELLING_SIZE]; // as in struct command
    char name[TOPIC_COMMAND_MAX + 1];
    char image[IMAGE_NAME_SIZE];
    char *sealed; // its payload, or NULL; the list's
};

struct command_list {
    struct command_list_item *items;
    size_t count;
    size_t capacity;
};

struct command_list_item command_list_item(const struct command *command);

// ERR_NO_MEMORY.
ERR_CHECKED int command_list_append(struct command_list *list, const struct command *command);

// Reads the payload of its i-th command from the store, if that has one.
ERR_CHECKED int command_list_read_sealed(
    struct command_list *list, size_t i, struct store_connection *connection, struct err *err);

// Keeps the first count commands.
void command_list_cut(struct command_list *list, size_t count);

void command_list_clear(struct command_list *list);

#endif
