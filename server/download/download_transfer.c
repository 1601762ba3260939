// Files on their way to devices.
#include "server/download/download_transfer.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/pki/digest.h"

// On the heap until it is known how it ended.
struct transfer {
    const struct download_settings *settings;
    char mac[MAC_SIZE];
    char file[HTTP_ROUTE_SEGMENT_SIZE];
    char image[IMAGE_NAME_SIZE];
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    struct download_answer answer;
};

static void tell(bool received, uint64_t bytes, void *ctx)
{
    struct transfer *transfer = ctx;

    transfer->answer.received = received;
    transfer->answer.bytes = bytes;
    transfer->settings->on_answer(&transfer->answer, transfer->settings->ctx);
    free(transfer);
}

void download_transfer_follow(const struct download_settings *settings,
    struct http_response *response, const struct download_answer *answer)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);

    if (transfer == NULL) {
        settings->on_answer(answer, settings->ctx); // as one of which nothing arrived
        return;
    }

    transfer->settings = settings;
    snprintf(transfer->mac, sizeof transfer->mac, "%s", answer->mac);
    snprintf(transfer->file, sizeof transfer->file, "%s", answer->file);
    snprintf(transfer->image, sizeof transfer->image, "%s", answer->image);
    snprintf(transfer->sha256, sizeof transfer->sha256, "%s", answer->sha256);
    transfer->answer = *answer;
    transfer->answer.mac = transfer->mac;
    transfer->answer.file = transfer->file;
    transfer->answer.image = transfer->image;
    transfer->answer.sha256 = transfer->sha256;

    struct http_response_end end = {.told = tell, .ctx = transfer};

    end.whom = strtoull(answer->mac, NULL, 16) + 1;
    http_response_on_end(response, &end);
    // cppcheck-suppress memleak ; tell() frees it
}
