// Which device has which key, by a CA's record.
#include "server/pki/reissue_list.h"

#include <stdlib.h>
#include <string.h>

#include "server/pki/certificate_facts.h"
#include "server/pki/issued.h"

struct reading {
    struct reissue_list *list;
    struct err *err;
};

int reissue_list_describe(
    const struct certificate *certificate, struct reissue_list_item *out, struct err *err)
{
    struct certificate_facts facts;
    int rc;

    memset(out, 0, sizeof *out);
    rc = certificate_facts_of(certificate, &facts, err);
    if (rc < 0)
        return rc;
    if (facts.is_server || !mac_parse(facts.common_name, out->mac))
        return 0;
    rc = certificate_key_id(certificate, out->key_id, err);
    return rc < 0 ? rc : 1;
}

static int take(const struct certificate *certificate, void *ctx)
{
    struct reading *reading = ctx;
    struct reissue_list *list = reading->list;
    struct reissue_list_item item;
    int rc = reissue_list_describe(certificate, &item, reading->err);

    if (rc <= 0)
        return rc;
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 64 : 2 * list->room;
        struct reissue_list_item *grown = realloc(list->items, room * sizeof *grown);

        if (grown == NULL)
            return err_set(reading->err, ERR_NO_MEMORY, "no memory for certificates");
        list->items = grown;
        list->room = room;
    }
    item.order = list->count;
    rc = certificate_to_der(certificate, &item.der, &item.n, reading->err);
    if (rc == 0)
        list->items[list->count++] = item;
    return rc;
}

static int compare_subjects(const void *a, const void *b)
{
    const struct reissue_list_item *one = a;
    const struct reissue_list_item *other = b;
    int by_mac = strcmp(one->mac, other->mac);

    return by_mac != 0 ? by_mac : strcmp(one->key_id, other->key_id);
}

static int compare(const void *a, const void *b)
{
    const struct reissue_list_item *one = a;
    const struct reissue_list_item *other = b;
    int by_subject = compare_subjects(a, b);

    if (by_subject != 0)
        return by_subject;
    return one->order < other->order ? -1 : one->order > other->order;
}

static void keep_last(struct reissue_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        bool is_last =
            i + 1 == list->count || compare_subjects(&list->items[i], &list->items[i + 1]) != 0;

        if (is_last)
            list->items[kept++] = list->items[i];
        else
            free(list->items[i].der);
    }
    list->count = kept;
}

int reissue_list_read(const char *folder, struct reissue_list *list, struct err *err)
{
    struct reading reading = {list, err};
    int rc = issued_each(folder, take, &reading, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, compare);
    keep_last(list);
    return 0;
}

void reissue_list_clear(struct reissue_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].der);
    free(list->items);
    *list = (struct reissue_list){0};
}

const struct reissue_list_item *reissue_list_find(
    const struct reissue_list *list, const struct reissue_list_item *like)
{
    if (list->count == 0)
        return NULL;
    return bsearch(like, list->items, list->count, sizeof *list->items, compare_subjects);
}
