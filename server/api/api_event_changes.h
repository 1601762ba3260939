#ifndef API_EVENT_CHANGES_H
#define API_EVENT_CHANGES_H

#include "server/api/api_event_id.h"
#include "server/base/err.h"
#include "server/store/store.h"

// Changes in the stream of events: each row that the audit log gains, in short.

// Begins behind the last change that a client has seen, or with what comes next if it has seen
// none (-1); that goes to seen->change. If the log has not come so far, it is another database's:
// the text is a gap then.
ERR_CHECKED int api_event_changes_begin(struct store_connection *connection, int64_t last,
    struct api_event_id *seen, struct api_text *text, struct err *err);

// Adds what came since, and raises seen->change. So many at once at most:
#define API_EVENT_CHANGES_MAX 64
ERR_CHECKED int api_event_changes_read(struct store_connection *connection,
    struct api_event_id *seen, struct api_text *text, struct err *err);

#endif
