// What comes of a new rollout.
#include "server/rollout/rollout_creation.h"

#include <stdlib.h>

void rollout_creation_clear(struct rollout_created *created)
{
    free(created->members);
    *created = (struct rollout_created){0};
}
