// Answers that last, and hold no thread while they have nothing to send.
#include "server/http/http_feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "server/base/monotonic_wait.h"
#include "server/http/http_connection.h"
#include "server/http/http_internal.h"

#define BLOCK_BYTES 4096

struct http_feed {
    struct http_feeds *feeds;
    struct MHD_Connection *connection;
    struct http_feed_source source;
    bool is_suspended;
    struct http_feed *next, **link;
};

struct http_feeds {
    struct http_server *server;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool ending;   // all feeds
    bool stopping; // the thread
    unsigned count;
    struct http_feed *first;
};

// With the lock held.
static void wake(struct http_feeds *feeds)
{
    for (struct http_feed *feed = feeds->first; feed != NULL; feed = feed->next) {
        if (feed->is_suspended)
            MHD_resume_connection(feed->connection);
        feed->is_suspended = false;
    }
}

static void *run(void *ctx)
{
    struct http_feeds *feeds = ctx;

    pthread_mutex_lock(&feeds->lock);
    while (!feeds->stopping) {
        struct timespec until = monotonic_wait_until(HTTP_FEED_LOOK_MS);

        if (feeds->first == NULL)
            pthread_cond_wait(&feeds->change, &feeds->lock);
        else
            pthread_cond_timedwait(&feeds->change, &feeds->lock, &until);
        wake(feeds);
    }
    pthread_mutex_unlock(&feeds->lock);
    return NULL;
}

int http_feed_start(struct http_server *server, struct http_feeds **out)
{
    struct http_feeds *feeds = calloc(1, sizeof *feeds);

    if (feeds == NULL)
        return ERR_NO_MEMORY;
    feeds->server = server;
    pthread_mutex_init(&feeds->lock, NULL);
    monotonic_wait_init(&feeds->change);
    if (pthread_create(&feeds->thread, NULL, run, feeds) != 0) {
        free(feeds);
        return ERR_NO_MEMORY;
    }
    *out = feeds;
    return 0;
}

void http_feed_end(struct http_feeds *feeds)
{
    if (feeds == NULL)
        return;
    pthread_mutex_lock(&feeds->lock);
    feeds->ending = true;
    wake(feeds);
    pthread_mutex_unlock(&feeds->lock);
}

void http_feed_stop(struct http_feeds *feeds)
{
    if (feeds == NULL)
        return;
    pthread_mutex_lock(&feeds->lock);
    feeds->stopping = true;
    pthread_cond_signal(&feeds->change);
    pthread_mutex_unlock(&feeds->lock);
    pthread_join(feeds->thread, NULL);
    pthread_cond_destroy(&feeds->change);
    pthread_mutex_destroy(&feeds->lock);
    free(feeds);
}

// False if all are to end.
static bool suspend(struct http_feed *feed)
{
    struct http_feeds *feeds = feed->feeds;

    pthread_mutex_lock(&feeds->lock);

    bool may_wait = !feeds->ending;

    if (may_wait) {
        MHD_suspend_connection(feed->connection);
        feed->is_suspended = true;
    }
    pthread_mutex_unlock(&feeds->lock);
    return may_wait;
}

static bool is_ending(struct http_feeds *feeds)
{
    pthread_mutex_lock(&feeds->lock);

    bool ending = feeds->ending;

    pthread_mutex_unlock(&feeds->lock);
    return ending;
}

// It is called when the client has taken all that was before, so its time begins anew.
static ssize_t read_feed(void *cls, uint64_t position, char *buffer, size_t max)
{
    struct http_feed *feed = cls;

    (void)position;
    if (is_ending(feed->feeds))
        return MHD_CONTENT_READER_END_OF_STREAM;
    http_connection_set_deadline(feed->feeds->server, feed->connection, 0);

    ssize_t n = feed->source.read(feed->source.ctx, buffer, max);

    if (n == HTTP_FEED_LATER)
        return suspend(feed) ? 0 : MHD_CONTENT_READER_END_OF_STREAM;
    return n > 0    ? n
           : n == 0 ? MHD_CONTENT_READER_END_OF_STREAM
                    : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void release_feed(void *cls)
{
    struct http_feed *feed = cls;
    struct http_feeds *feeds = feed->feeds;

    pthread_mutex_lock(&feeds->lock);
    *feed->link = feed->next;
    if (feed->next != NULL)
        feed->next->link = feed->link;
    feeds->count--;
    pthread_mutex_unlock(&feeds->lock);
    feed->source.release(feed->source.ctx);
    free(feed);
}

// False if there are as many as there may be.
static bool enter(struct http_feeds *feeds, struct http_feed *feed)
{
    pthread_mutex_lock(&feeds->lock);

    bool has_room = feeds->count < HTTP_FEED_MAX && !feeds->ending;

    if (has_room) {
        feeds->count++;
        feed->next = feeds->first;
        feed->link = &feeds->first;
        if (feed->next != NULL)
            feed->next->link = &feed->next;
        feeds->first = feed;
        pthread_cond_signal(&feeds->change);
    }
    pthread_mutex_unlock(&feeds->lock);
    return has_room;
}

int http_feed_set(const struct http_request *request, struct http_response *response,
    const char *type, const struct http_feed_source *source, struct err *err)
{
    struct http_server *server = http_connection_server(request->connection);
    struct http_feed *feed = NULL;
    int rc = server == NULL || server->feeds == NULL
                 ? err_set(err, ERR_UNAVAILABLE, "this server has no streams")
                 : 0;

    if (rc == 0)
        feed = calloc(1, sizeof *feed);
    if (rc == 0 && feed == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for the stream");
    if (rc < 0) {
        source->release(source->ctx);
        return rc;
    }
    *feed = (struct http_feed){
        .feeds = server->feeds, .connection = request->connection, .source = *source};
    if (!enter(server->feeds, feed)) {
        free(feed);
        source->release(source->ctx);
        return err_set(err, ERR_UNAVAILABLE,
            "%d streams are open, and no more may be: end one, or try again later", HTTP_FEED_MAX);
    }
    http_response_set_reader(response, type,
        MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_feed, feed, release_feed));
    if (response->body == NULL) {
        release_feed(feed);
        return err_set(err, ERR_NO_MEMORY, "no memory for the stream");
    }
    http_response_add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return 0;
}
