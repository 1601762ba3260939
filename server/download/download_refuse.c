// Why a device is offered no image.
#include "server/download/download_refuse.h"

void download_refuse_offer(struct http_response *response, enum release_answer answer,
    const struct image_name *running, const struct image *next)
{
    switch (answer) {
    case RELEASE_CURRENT: http_response_set_empty(response, 304); break;
    case RELEASE_UNKNOWN_IMAGE:
        http_response_set_text(response, 404,
            "image %s is not known here, so nothing is offered that it might not verify",
            running->text);
        break;
    case RELEASE_STRANDED:
        http_response_set_text(response, 404,
            "image %s carries no key that verifies its successor %s", running->text,
            next->name.text);
        break;
    case RELEASE_OTHER_LAYOUT:
        http_response_set_text(response, 404,
            "image %s has a successor %s of another flash layout, which is not offered",
            running->text, next->name.text);
        break;
    case RELEASE_NEXT:
    case RELEASE_PASSES_BY:
    case RELEASE_DEAD_END: break; // no answers to this question
    }
}
