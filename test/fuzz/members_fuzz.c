// What requests to the API bring: a line with the query, NAME=VALUE between "&", then the body.
#include <string.h>

#include "server/api/api_members.h"
#include "server/api/api_recall.h"
#include "test/fuzz/fuzz.h"

static const struct api_member members[] = {
    {"text", API_MEMBER_TEXT},
    {"flag", API_MEMBER_FLAG},
    {"texts", API_MEMBER_TEXTS},
    {"integers", API_MEMBER_INTEGERS},
    {0},
};

static void judge_query(char *query, const struct api_member *table)
{
    struct api_members_query judged = {.table = table};
    char *save = NULL;
    size_t texts = 0, flags = 0, others = 0;

    for (char *pair; (pair = strtok_r(query, "&", &save)) != NULL; query = NULL) {
        char *value = strchr(pair, '=');

        if (value != NULL)
            *value = '\0';
        texts += strcmp(pair, "text") == 0;
        flags += strcmp(pair, "flag") == 0;
        others += strcmp(pair, "text") != 0 && strcmp(pair, "flag") != 0 &&
                  strcmp(pair, "texts") != 0 && strcmp(pair, "integers") != 0;
        api_members_judge(pair, value != NULL ? value + 1 : "", &judged);
    }
    if (judged.err.code != 0)
        FUZZ_CHECK(judged.err.code == ERR_INVALID && judged.err.message[0] != '\0');
    if (table == NULL)
        return;
    if (judged.err.code == 0)
        FUZZ_CHECK(texts <= 1 && flags <= 1 && others == 0);
}

static void read_body(const uint8_t *p, size_t n)
{
    struct err err = {0};
    json_t *body = NULL;
    const char *name;
    json_t *value;

    if (api_members_read(fuzz_bytes(p, n), n, members, &body, &err) < 0) {
        FUZZ_CHECK(body == NULL && err.code == ERR_INVALID && err.message[0] != '\0');
        return;
    }
    json_object_foreach(body, name, value)
    {
        FUZZ_CHECK(strcmp(name, "text") != 0 || json_is_string(value));
        FUZZ_CHECK(strcmp(name, "flag") != 0 || json_is_boolean(value));
        FUZZ_CHECK(strstr("text flag texts integers", name) != NULL);
    }
    json_decref(body);
}

static void read_recall(const uint8_t *p, size_t n)
{
    static struct api_recall recall;
    struct err err = {0};

    if (api_recall_decode(fuzz_bytes(p, n), n, &recall, &err) < 0) {
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        return;
    }
    FUZZ_CHECK(recall.id_count + recall.mac_count > 0);
    FUZZ_CHECK(recall.id_count + recall.mac_count <= API_RECALL_MAX);
    for (size_t i = 0; i < recall.mac_count; i++)
        FUZZ_CHECK(mac_is_valid(recall.macs[i], strlen(recall.macs[i])));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    const char *query = fuzz_take_line(&input);
    size_t length = strlen(query);

    judge_query(fuzz_text((const uint8_t *)query, length), members);
    judge_query(fuzz_text((const uint8_t *)query, length), NULL);
    read_body(input.p, input.n);
    read_recall(input.p, input.n);
    return 0;
}
