// Backups.
#include "server/api/api_backup.h"

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/audit/audit_run.h"
#include "server/backup/backup.h"
#include "server/backup/backup_pipe.h"
#include "server/base/clock.h"
#include "server/http/http_feed.h"

static ssize_t read_run(void *run, char *buffer, size_t max)
{
    ssize_t n = backup_run_read(run, buffer, max);

    return n == BACKUP_PIPE_LATER ? HTTP_FEED_LATER : n;
}

// A store_job: the row alone. It is in the backup, too, and says there when it was made.
static int change_nothing(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)connection;
    (void)ctx;
    (void)err;
    return 0;
}

static void tell(struct audit_told *told, const void *ctx)
{
    audit_json_add_number(&told->after, "at_ms", *(const int64_t *)ctx);
}

static int note(const struct api *api, const struct http_request *request, struct err *err)
{
    struct audit_author by;
    struct audit_change change = {.by = &by, .verb = "make", .kind = AUDIT_BACKUP, .tell = tell};
    int64_t at_ms = clock_now_ms();

    api_author_of(request, &by);
    return audit_run(api->store, &change, change_nothing, &at_ms, err);
}

void api_backup_make(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct http_feed_source source = {read_run, backup_run_end, NULL};
    struct backup_run *run;
    struct err err = {0};
    int rc = backup_begin(api->backup, &run, &err);

    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    rc = note(api, request, &err);
    if (rc == 0)
        rc = backup_run_start(run, &err);
    if (rc < 0) {
        backup_run_end(run);
    } else {
        source.ctx = run;
        rc = http_feed_set(request, response, "application/x-tar", &source, &err);
    }
    if (rc < 0)
        api_json_refuse(response, &err);
}
