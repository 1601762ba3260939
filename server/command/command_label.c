// What an operator calls a device: its name, its place, a note.
#include "server/command/command_label.h"

#include <string.h>

#include "server/base/escape.h"
#include "server/base/log.h"
#include "server/store/device_store.h"

// Whether all its characters are shown as they are; bytes that are no UTF-8 are not.
static bool is_plain(const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n;) {
        char form[ESCAPE_MAX];
        size_t size;
        size_t taken = escape_next(text + i, n - i, form, &size);

        if (size != taken || memcmp(form, text + i, size) != 0)
            return false;
        i += taken;
    }
    return true;
}

static size_t count_characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static int check(const char *text, const char *what, struct err *err)
{
    if (text == NULL)
        return 0;
    if (!is_plain(text))
        return err_set(err, ERR_INVALID,
            "%s must be UTF-8 without control characters, line ends and invisible marks", what);
    return 0;
}

// A short one.
static int check_short(const char *text, const char *what, size_t max, struct err *err)
{
    int rc = check(text, what, err);

    if (rc < 0 || text == NULL || count_characters(text) <= max)
        return rc;
    return err_set(err, ERR_INVALID, "%s has at most %zu characters", what, max);
}

static int check_note(const char *text, struct err *err)
{
    int rc = check(text, "a note", err);

    if (rc < 0 || text == NULL || strlen(text) <= LABEL_STORE_NOTE_MAX)
        return rc;
    return err_set(err, ERR_INVALID, "a note has at most %d bytes", LABEL_STORE_NOTE_MAX);
}

static void take(char *out, const char *text)
{
    if (text != NULL)
        memcpy(out, text, strlen(text) + 1); // check() has counted
}

struct change {
    const struct command_label *wish;
    struct device_label *out;
};

// A store_job.
static int run(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct change *change = ctx;
    const struct command_label *wish = change->wish;
    struct device_record device;
    int rc = device_store_get(connection, wish->mac, &device, err);

    if (rc == 0)
        rc = label_store_get(connection, wish->mac, change->out, err);
    if (rc < 0)
        return rc;
    take(change->out->name, wish->name);
    take(change->out->place, wish->place);
    take(change->out->note, wish->note);
    return label_store_put(connection, wish->mac, change->out, err);
}

int command_label_set(struct store *store, const struct command_label *wish,
    struct device_label *out, struct err *err)
{
    struct audit_change audited = {.by = wish->by,
        .verb = "label",
        .kind = AUDIT_DEVICE,
        .object = wish->mac,
        .forced = wish->forced};
    struct change change = {wish, out};
    command_mark_run *make = wish->run != NULL ? wish->run : audit_run;
    int rc = check_short(wish->name, "a name", LABEL_STORE_NAME_MAX, err);

    if (rc == 0)
        rc = check_short(wish->place, "a place", LABEL_STORE_PLACE_MAX, err);
    if (rc == 0)
        rc = check_note(wish->note, err);
    if (rc == 0)
        rc = make(store, &audited, run, &change, err);
    if (rc == 0)
        log_info("command", "device labelled mac=%s", wish->mac);
    return rc;
}
