// Says what leaves devices without their files.
#include "server/download/download_trouble.h"

#include "server/base/log.h"

#define LOG_INTERVAL_MS 60000

static const struct {
    const char *counter, *event, *advice;
} words[DOWNLOAD_TROUBLE_KINDS] = {
    [DOWNLOAD_TROUBLE_FILE] = {"download_bad_files", "file cannot be used",
        "'secureespd --check-config' names every such file; issue it again with 'secureesp pki', "
        "or let the daemon's user read it"},
    [DOWNLOAD_TROUBLE_MISSING] = {"download_missing_files", "file is missing",
        "put it there with 'secureesp pki device', or check that devices_dir is the right folder"},
    [DOWNLOAD_TROUBLE_IMAGE] = {"download_bad_images", "image cannot be read",
        "add the same file again with 'secureesp images add', or withdraw the image"},
    [DOWNLOAD_TROUBLE_DENIED] = {"download_denied", "request denied",
        "issue the device another certificate, or set the clock"},
    [DOWNLOAD_TROUBLE_REVOKED] = {"download_revoked", "request denied",
        "an operator revoked it; 'secureesp devices readmit' lets the device in again"},
    [DOWNLOAD_TROUBLE_KEY] = {"download_refused_keys", "private key refused",
        "if it is the board itself, 'secureesp devices key MAC on' lets it fetch its key once"},
};

void download_trouble_note(struct download_trouble *trouble, enum download_trouble_kind kind,
    const char *mac, const char *what, const char *reason)
{
    struct tally *item = &trouble->items[kind];

    if (tally_add(item, 1, LOG_INTERVAL_MS))
        log_error("download", "%s mac=%s name=%s reason=\"%s\" total=%llu: %s", words[kind].event,
            mac[0] != '\0' ? mac : "-", what, reason, (unsigned long long)item->total,
            words[kind].advice);
}

void download_trouble_each_counter(const struct download_trouble *trouble,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    for (int kind = 0; kind < DOWNLOAD_TROUBLE_KINDS; kind++)
        add(words[kind].counter, trouble->items[kind].total, add_ctx);
}
