// What keeps the writer from writing.
#include "server/store/store_trouble.h"

#include <stdio.h>

#include "server/base/clock.h"
#include "server/base/log.h"

#define REMIND_MS 600000 // how often the log says that it still cannot

void store_trouble_init(struct store_trouble *trouble)
{
    *trouble = (struct store_trouble){.since_ms = 0};
    pthread_mutex_init(&trouble->mutex, NULL);
}

void store_trouble_destroy(struct store_trouble *trouble)
{
    pthread_mutex_destroy(&trouble->mutex);
}

void store_trouble_note(struct store_trouble *trouble, const char *why)
{
    int64_t now = clock_monotonic_ms();

    pthread_mutex_lock(&trouble->mutex);

    bool was_there = trouble->text[0] != '\0';

    snprintf(trouble->text, sizeof trouble->text, "%s", why != NULL ? why : "");
    pthread_mutex_unlock(&trouble->mutex);
    if (why != NULL && !was_there)
        trouble->since_ms = now;

    long long since_s = (long long)(now - trouble->since_ms) / 1000;

    if (why == NULL && was_there) {
        log_info("store", "writes again after_s=%lld", since_s);
    } else if (why != NULL && (!was_there || now - trouble->told_at_ms >= REMIND_MS)) {
        log_error("store", "cannot write, tries again and again reason=\"%s\" since_s=%lld", why,
            since_s);
        trouble->told_at_ms = now;
    }
}

void store_trouble_read(struct store_trouble *trouble, char out[ERR_MESSAGE_SIZE])
{
    pthread_mutex_lock(&trouble->mutex);
    snprintf(out, ERR_MESSAGE_SIZE, "%s", trouble->text);
    pthread_mutex_unlock(&trouble->mutex);
}
