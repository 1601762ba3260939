// What requests may bring: by the letter, or not at all.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api_members.h"
#include "server/api/api_recall.h"

static const struct api_member members[] = {
    {"text", API_MEMBER_TEXT},
    {"flag", API_MEMBER_FLAG},
    {"texts", API_MEMBER_TEXTS},
    {"integers", API_MEMBER_INTEGERS},
    {"integer", API_MEMBER_INTEGER},
    {"objects", API_MEMBER_OBJECTS},
    {0},
};

// says: "" if it is taken.
static const struct {
    const char *body, *says;
} bodies[] = {
    {"{}", ""},
    {"{\"text\": \"\", \"flag\": false, \"texts\": [], \"integers\": []}", ""},
    {"{\"texts\": [\"a\", \"\"], \"integers\": [0, -1, 9223372036854775807]}", ""},
    {"", "not a JSON object: it is empty"},
    {"x", "not a JSON object"},
    {"[]", "not a JSON object"},
    {"\"text\"", "not a JSON object"},
    {"null", "not a JSON object"},
    {"{} {}", "not a JSON object"},
    {"{\"text\": \"a\"", "not a JSON object"},
    {"{\"text\": \"a\", \"text\": \"a\"}", "duplicate"},
    {"{\"tetx\": \"a\"}", "unknown member \"tetx\"; there are: text, flag, texts, integers"},
    {"{\"Text\": \"a\"}", "unknown member \"Text\""},
    {"{\"\": \"a\"}", "unknown member \"\""},
    {"{\"text\": \"a\", \"more\": null}", "unknown member \"more\""},
    {"{\"text\": null}", "\"text\" must be a text"},
    {"{\"text\": 1}", "\"text\" must be a text"},
    {"{\"text\": [\"a\"]}", "\"text\" must be a text"},
    {"{\"flag\": 1}", "\"flag\" must be true or false"},
    {"{\"flag\": \"true\"}", "\"flag\" must be true or false"},
    {"{\"flag\": null}", "\"flag\" must be true or false"},
    {"{\"texts\": \"a\"}", "\"texts\" must be an array of texts"},
    {"{\"texts\": [\"a\", 1]}", "\"texts\" must be an array of texts"},
    {"{\"texts\": [null]}", "\"texts\" must be an array of texts"},
    {"{\"integers\": 1}", "\"integers\" must be an array of whole numbers"},
    {"{\"integers\": [1, \"2\"]}", "\"integers\" must be an array of whole numbers"},
    {"{\"integers\": [1.0]}", "\"integers\" must be an array of whole numbers"},
    {"{\"integers\": [1, [2]]}", "\"integers\" must be an array of whole numbers"},
    {"{\"integer\": 1, \"objects\": [{}, {\"a\": 1}]}", ""},
    {"{\"integer\": 1.0}", "\"integer\" must be a whole number"},
    {"{\"integer\": \"1\"}", "\"integer\" must be a whole number"},
    {"{\"objects\": {}}", "\"objects\" must be an array of objects"},
    {"{\"objects\": [{}, []]}", "\"objects\" must be an array of objects"},
};

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const char *text = bodies[i].body;
        struct err err = {0};
        json_t *body = NULL;
        int rc = api_members_read((const uint8_t *)text, strlen(text), members, &body, &err);

        if (bodies[i].says[0] == '\0'
                ? rc != 0 || body == NULL
                : rc != ERR_INVALID || body != NULL || strstr(err.message, bodies[i].says) == NULL)
            fail_msg("%s: %d %s", text, rc, err.message);
        json_decref(body);
    }
}

// Parameters one after the other, as NAME=VALUE.
static const struct {
    const char *parameters[4];
    const char *says;
    bool none; // the request takes none
} queries[] = {
    {{NULL}, "", false}, {{NULL}, "", true}, {{"text=a", "flag=1", "texts=a"}, "", false},
    {{"flag=0", "texts=a", "texts=a", "texts=b"}, "", false}, {{"text="}, "", false},
    {{"tetx=a"}, "unknown parameter \"tetx\"; there are: text", false},
    {{"text=a", "more=1"}, "unknown parameter \"more\"", false},
    {{"text=a"}, "there are: none", true}, {{"text=a", "text=a"}, "\"text\" is given twice", false},
    {{"flag=1", "texts=a", "flag=1"}, "\"flag\" is given twice", false},
    {{"flag="}, "\"flag\" must be 1 or 0", false},
    {{"flag=true"}, "\"flag\" must be 1 or 0", false},
    {{"flag=01"}, "\"flag\" must be 1 or 0", false},
    {{"one=1", "text=a", "text=a"}, "unknown parameter \"one\"", false}, // the first fault is told
};

static void test_queries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct api_members_query query = {.table = queries[i].none ? NULL : members};

        for (size_t p = 0; p < 4 && queries[i].parameters[p] != NULL; p++) {
            char name[32];
            const char *value = strchr(queries[i].parameters[p], '=') + 1;

            snprintf(name, sizeof name, "%.*s", (int)(value - queries[i].parameters[p]) - 1,
                queries[i].parameters[p]);
            api_members_judge(name, value, &query);
        }
        if ((query.err.code != 0) != (queries[i].says[0] != '\0') ||
            strstr(query.err.message, queries[i].says) == NULL)
            fail_msg("%d: %s", (int)i, query.err.message);
    }
}

static const struct {
    const char *body, *says;
} recalls[] = {
    {"{\"ids\": [1, 2], \"macs\": [\"84:F3:EB:00:00:01\"]}", ""},
    {"{\"macs\": [\"84f3eb000001\"]}", ""},
    {"{}", "needs \"ids\" or \"macs\""},
    {"{\"ids\": [], \"macs\": []}", "needs \"ids\" or \"macs\""},
    {"{\"macs\": [\"84f3eb00000\"]}", "'84f3eb00000' is not a MAC address"},
    {"{\"macs\": [\"84f3eb000001\", \"all\"]}", "'all' is not a MAC address"},
    {"{\"macs\": [\"\"]}", "'' is not a MAC address"},
    {"{\"mac\": [\"84f3eb000001\"]}", "unknown member \"mac\"; there are: ids, macs"},
    {"{\"all\": true}", "unknown member \"all\""},
    {"{\"ids\": [1.5]}", "whole numbers"},
};

static int decode(const char *text, struct err *err)
{
    static struct api_recall recall;

    return api_recall_decode((const uint8_t *)text, strlen(text), &recall, err);
}

static void test_recalls(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof recalls / sizeof recalls[0]; i++) {
        struct err err = {0};
        int rc = decode(recalls[i].body, &err);

        if (rc != (recalls[i].says[0] == '\0' ? 0 : ERR_INVALID) ||
            strstr(err.message, recalls[i].says) == NULL)
            fail_msg("%s: %d %s", recalls[i].body, rc, err.message);
    }
}

static void test_most(void **state)
{
    (void)state;
    for (int count = API_RECALL_MAX; count <= API_RECALL_MAX + 1; count++) {
        char *text = calloc(1, 64 + 3 * (size_t)count);
        struct err err = {0};

        assert_non_null(text);
        strcpy(text, "{\"macs\": [\"84f3eb000001\"], \"ids\": [0");
        for (int i = 2; i < count; i++)
            strcat(text, ",1");
        strcat(text, "]}");
        assert_int_equal(decode(text, &err), count == API_RECALL_MAX ? 0 : ERR_INVALID);
        free(text);
    }
}

static void test_number(void **state)
{
    static const struct {
        const char *text;
        int64_t number; // -1: refused
    } rows[] = {
        {"0", 0},
        {"1", 1},
        {"9223372036854775807", INT64_MAX},
        {"9223372036854775808", -1},
        {"-1", -1},
        {"", -1},
        {"x", -1},
        {"1x", -1},
        {"1 ", -1},
        {"1.5", -1},
        {"0x10", -1},
    };
    int64_t number = 42;

    (void)state;
    assert_int_equal(api_members_read_number("after", NULL, &number, NULL), 0);
    assert_int_equal(number, 42);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int rc = api_members_read_number("after", rows[i].text, &number, &err);

        if (rows[i].number >= 0) {
            assert_int_equal(rc, 0);
            assert_int_equal(number, rows[i].number);
        } else {
            assert_int_equal(rc, ERR_INVALID);
            assert_string_equal(err.message, "after must be a whole number from 0");
            assert_int_equal(number, INT64_MAX); // as it was
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_recalls),
        cmocka_unit_test(test_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
