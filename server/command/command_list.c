// A growing list of commands.
#include "server/command/command_list.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/payload_store.h"

struct command_list_item command_list_item(const struct command *command)
{
    struct command_list_item item = {.id = command->id, .created_at_ms = command->created_at_ms};

    memcpy(item.mac, command->mac, sizeof item.mac);
    memcpy(item.spelling, command->spelling, sizeof item.spelling);
    memcpy(item.name, command->name, sizeof item.name);
    memcpy(item.image, command->image, sizeof item.image);
    return item;
}

int command_list_append(struct command_list *list, const struct command *command)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        struct command_list_item *items = realloc(list->items, capacity * sizeof *items);

        if (items == NULL)
            return ERR_NO_MEMORY;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = command_list_item(command);
    return 0;
}

int command_list_read_sealed(
    struct command_list *list, size_t i, struct store_connection *connection, struct err *err)
{
    struct command_list_item *item = &list->items[i];

    free(item->sealed);
    item->sealed = NULL;

    int rc = payload_store_get(connection, item->id, &item->sealed, err);

    return rc == ERR_NOT_FOUND ? 0 : rc;
}

void command_list_cut(struct command_list *list, size_t count)
{
    while (list->count > count)
        free(list->items[--list->count].sealed);
}

void command_list_clear(struct command_list *list)
{
    command_list_cut(list, 0);
    free(list->items);
    *list = (struct command_list){0};
}
