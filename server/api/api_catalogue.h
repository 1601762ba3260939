#ifndef API_CATALOGUE_H
#define API_CATALOGUE_H

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/release/release.h"

// Reads the catalogue with the number of devices on each image; free it with release_load_free().
ERR_CHECKED int api_catalogue_load(
    const struct api *api, struct release_catalogue **out, struct err *err);

#endif
