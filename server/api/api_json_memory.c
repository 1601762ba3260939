// The memory of JSON values.
#include "server/api/api_json_memory.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

// Stands before what jansson gets, and keeps that aligned.
union head {
    size_t size;
    max_align_t align;
};

static void *take(size_t size)
{
    union head *head = size <= SIZE_MAX - sizeof *head ? malloc(sizeof *head + size) : NULL;

    if (head == NULL)
        return NULL;
    head->size = size;
    return head + 1;
}

static void give_back(void *p)
{
    union head *head = p;

    if (p == NULL)
        return;
    head--;
    explicit_bzero(p, head->size);
    free(head);
}

void api_json_memory_wipe(void)
{
    json_set_alloc_funcs(take, give_back);
}
