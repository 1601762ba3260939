#ifndef DOWNLOAD_TRANSFER_H
#define DOWNLOAD_TRANSFER_H

#include "server/download/download.h"

// Tells settings->on_answer of a file that is on its way, once it is known how that ended. The
// settings are borrowed until then, the answer is copied; its bytes and whether they were received
// are filled in.
void download_transfer_follow(const struct download_settings *settings,
    struct http_response *response, const struct download_answer *answer);

#endif
