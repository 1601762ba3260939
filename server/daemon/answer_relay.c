// From the download server to ingest.
#include "server/daemon/answer_relay.h"

void answer_relay_tell(struct ingest *ingest, const struct download_answer *answer)
{
    struct ingest_download taken = {
        .mac = answer->mac,
        .file = answer->file,
        .status = answer->status,
        .image = answer->image,
        .began_at_ms = answer->began_at_ms,
        .sha256 = answer->sha256,
        .size = answer->size,
        .offset = answer->offset,
        .bytes = answer->bytes,
        .received = answer->received,
    };

    ingest_download(ingest, &taken);
}
