#ifndef API_IMAGE_ADD_H
#define API_IMAGE_ADD_H

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/model/image.h"

// Takes the signed image in a request's body into the fleet: read, verified with the known keys,
// stored, entered. *out is the image as entered. Errors as the operator is to read them.
ERR_CHECKED int api_image_add(
    struct api *api, const struct http_request *request, struct image *out, struct err *err);

#endif
