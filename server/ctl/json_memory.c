// The memory of JSON values.
#include "server/ctl/json_memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static void give_back(void *p)
{
    if (p != NULL)
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

void json_memory_wipe(void)
{
    json_set_alloc_funcs(malloc, give_back);
}
