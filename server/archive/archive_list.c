// What a backup says of itself.
#include "server/archive/archive_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define ROOM_MIN 64

int archive_list_add(
    struct archive_list *list, const struct archive_member *member, struct err *err)
{
    if (list->count == ARCHIVE_LIST_MEMBERS_MAX)
        return err_set(err, ERR_TOO_LARGE, "more than %d files", ARCHIVE_LIST_MEMBERS_MAX);
    if (list->count == list->room) {
        size_t room = list->room == 0 ? ROOM_MIN : 2 * list->room;
        struct archive_member *grown = realloc(list->members, room * sizeof *grown);

        if (grown == NULL)
            return err_set(err, ERR_NO_MEMORY, "no memory for the list of files");
        list->members = grown;
        list->room = room;
    }
    list->members[list->count++] = *member;
    return 0;
}

void archive_list_clear(struct archive_list *list)
{
    free(list->members);
    memset(list, 0, sizeof *list);
}

bool archive_list_is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_-+.";

    for (;;) {
        size_t n = strspn(name, letters);

        if (n == 0 || name[0] == '.')
            return false;
        if (name[n] == '\0')
            return true;
        if (name[n] != '/')
            return false;
        name += n + 1;
    }
}

static char *dump(json_t *object, size_t *n)
{
    size_t size = object == NULL ? 0 : json_dumpb(object, NULL, 0, JSON_COMPACT);
    char *text = size == 0 ? NULL : malloc(size);

    // Not json_dumps(3): how to free that depends on the program's json_set_alloc_funcs(3).
    if (text != NULL)
        *n = json_dumpb(object, text, size, JSON_COMPACT);
    json_decref(object);
    return text;
}

char *archive_list_write_about(const struct archive_about *about, size_t *n)
{
    return dump(json_pack("{s:i, s:s, s:I, s:I, s:b}", "format", ARCHIVE_LIST_FORMAT, "version",
                    about->version, "made_at_ms", (json_int_t)about->made_at_ms, "database_version",
                    (json_int_t)about->database_version, "keys", (int)about->has_keys),
        n);
}

char *archive_list_write(const struct archive_list *list, size_t *n)
{
    json_t *members = json_array();
    json_t *object = json_pack("{s:i, s:o}", "format", ARCHIVE_LIST_FORMAT, "members", members);

    for (size_t i = 0; i < list->count && object != NULL; i++) {
        const struct archive_member *member = &list->members[i];
        json_t *row = json_pack("{s:s, s:I, s:s}", "name", member->name, "size_bytes",
            (json_int_t)member->size_bytes, "sha256", member->sha256);

        if (json_array_append_new(members, row) < 0) {
            json_decref(object);
            object = NULL;
        }
    }
    return dump(object, n);
}

static json_t *load(const char *p, size_t n, const char *what, struct err *err)
{
    json_t *object = json_loadb(p, n, JSON_REJECT_DUPLICATES, NULL);
    json_int_t format = 0;

    if (json_unpack(object, "{s:I}", "format", &format) < 0) {
        err_describe(err, ERR_INVALID, "%s is not what a backup has", what);
    } else if (format != ARCHIVE_LIST_FORMAT) {
        err_describe(err, ERR_INVALID, "it was made by a later version of secureesp (format %lld)",
            (long long)format);
    } else {
        return object;
    }
    json_decref(object);
    return NULL;
}

int archive_list_read_about(const char *p, size_t n, struct archive_about *out, struct err *err)
{
    json_t *object = load(p, n, ARCHIVE_LIST_ABOUT, err);
    const char *version = "";
    json_int_t made_at_ms = 0;
    json_int_t database_version = 0;
    int has_keys = 0;
    int rc = 0;

    if (object == NULL)
        return ERR_INVALID;
    if (json_unpack(object, "{s:s, s:I, s:I, s:b}", "version", &version, "made_at_ms", &made_at_ms,
            "database_version", &database_version, "keys", &has_keys) < 0 ||
        strlen(version) >= sizeof out->version || made_at_ms < 0)
        rc = err_set(err, ERR_INVALID, ARCHIVE_LIST_ABOUT " is not what a backup has");
    if (rc == 0) {
        *out = (struct archive_about){.made_at_ms = made_at_ms,
            .database_version = database_version,
            .has_keys = has_keys != 0};
        snprintf(out->version, sizeof out->version, "%s", version);
    }
    json_decref(object);
    return rc;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_names(const struct archive_list *list, struct err *err)
{
    const char **names = calloc(list->count + 1, sizeof *names);
    int rc = 0;

    if (names == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the list of files");
    for (size_t i = 0; i < list->count; i++)
        names[i] = list->members[i].name;
    qsort(names, list->count, sizeof *names, compare_names);
    for (size_t i = 1; i < list->count && rc == 0; i++) {
        if (strcmp(names[i - 1], names[i]) == 0)
            rc = err_set(err, ERR_INVALID, "%s is in it twice", names[i]);
    }
    free(names);
    return rc;
}

static int check_member(const struct archive_member *member, const json_t *row, struct err *err)
{
    const char *name = "";
    const char *sha256 = "";
    json_int_t size_bytes = 0;

    if (json_unpack((json_t *)(uintptr_t)row, "{s:s, s:I, s:s}", "name", &name, "size_bytes",
            &size_bytes, "sha256", &sha256) < 0)
        return err_set(err, ERR_INVALID, ARCHIVE_LIST_MANIFEST " is not what a backup has");
    if (strcmp(name, member->name) != 0)
        return err_set(err, ERR_INVALID, "%s is not where its manifest has it", member->name);
    if ((uint64_t)size_bytes != member->size_bytes || strcmp(sha256, member->sha256) != 0)
        return err_set(err, ERR_INVALID, "%s is not as it was when the backup was made", name);
    return 0;
}

int archive_list_check(const struct archive_list *list, const char *p, size_t n, struct err *err)
{
    json_t *object = load(p, n, ARCHIVE_LIST_MANIFEST, err);
    const json_t *members = json_object_get(object, "members");
    int rc = 0;

    if (object == NULL)
        return ERR_INVALID;
    if (json_array_size(members) != list->count)
        rc = err_set(err, ERR_INVALID, "it has %zu files, and its manifest %zu", list->count,
            json_array_size(members));
    for (size_t i = 0; i < list->count && rc == 0; i++)
        rc = check_member(&list->members[i], json_array_get(members, i), err);
    json_decref(object);
    return rc < 0 ? rc : check_names(list, err);
}
