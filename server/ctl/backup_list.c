// `secureesp backup list`: what backups a folder has.
#include "server/ctl/backup_list.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/clock.h"
#include "server/ctl/backup_keep.h"
#include "server/ctl/backup_source.h"
#include "server/ctl/output.h"
#include "server/ctl/table.h"
#include "server/ctl/text.h"

static const struct table_column columns[] = {
    {"FILE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"WRITTEN", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"SIZE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"ENCRYPTED", TABLE_LEFT, TABLE_CUT_NEVER, 0},
};

struct found {
    const char *name;
    struct stat st;
    bool is_encrypted;
};

static void add_row(struct table *table, const struct found *found)
{
    char text[TEXT_SHORT_SIZE];

    table_add(table, TABLE_PLAIN, found->name);
    text_age(clock_system_ms() - (int64_t)found->st.st_mtim.tv_sec * 1000, text);
    table_add(table, TABLE_PLAIN, text);
    text_size(found->st.st_size, text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, TABLE_PLAIN, found->is_encrypted ? "yes" : "no");
}

static void add_json(json_t *list, const struct found *found)
{
    json_array_append_new(
        list, json_pack("{s:o, s:I, s:I, s:b}", "file", output_text(found->name), "written_at_ms",
                  (json_int_t)found->st.st_mtim.tv_sec * 1000, "size_bytes",
                  (json_int_t)found->st.st_size, "encrypted", (int)found->is_encrypted));
}

// Whether it is a backup, whatever it is called.
static bool look(const char *folder, const char *name, struct found *out)
{
    char path[PATH_MAX];
    bool is_good = false;

    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX ||
        lstat(path, &out->st) < 0 || !S_ISREG(out->st.st_mode) ||
        backup_keep_looks_good(path, &is_good, NULL) < 0 || !is_good)
        return false;
    out->name = name;
    out->is_encrypted = backup_source_is_encrypted(path, NULL) > 0;
    return true;
}

// Hidden files, and those that are being written, are none.
static int is_visible(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);

    return entry->d_name[0] != '.' && (n < 4 || strcmp(entry->d_name + n - 4, ".tmp") != 0);
}

static int show(const struct subcommand_call *call, const char *folder, struct dirent **entries,
    int count, struct err *err)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    json_t *list = json_array();
    struct found found;
    int rc;

    for (int i = 0; i < count; i++) {
        if (!look(folder, entries[i]->d_name, &found))
            continue;
        add_row(table, &found);
        add_json(list, &found);
    }
    rc = call->json ? output_json(json_incref(list), err)
                    : table_print(table, &call->terminal, stdout, err);
    json_decref(list);
    table_free(table);
    return rc;
}

int backup_list_run(const struct subcommand_call *call, struct err *err)
{
    const char *folder = call->options->arguments[0];
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_visible, alphasort);
    int rc;

    if (count < 0)
        return err_set(err, ERR_NOT_FOUND, "cannot open %s: %m", folder);
    rc = show(call, folder, entries, count, err);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return rc;
}
