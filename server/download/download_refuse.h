#ifndef DOWNLOAD_REFUSE_H
#define DOWNLOAD_REFUSE_H

#include "server/http/http_response.h"
#include "server/release/release_chain.h"

// Answers a device that runs an image and is offered none: what release_chain_next() has answered,
// if that is not RELEASE_NEXT. next: as that sets it.
void download_refuse_offer(struct http_response *response, enum release_answer answer,
    const struct image_name *running, const struct image *next);

#endif
