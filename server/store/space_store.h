#ifndef SPACE_STORE_H
#define SPACE_STORE_H

#include <stdint.h>

#include "server/store/store.h"

// How many bytes of the database's file are free: what is deleted makes room there, not on the
// disk.
ERR_CHECKED int space_store_spare(
    struct store_connection *connection, int64_t *bytes, struct err *err);

#endif
