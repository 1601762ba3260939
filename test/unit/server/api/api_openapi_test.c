// The document has every route but the page's, with what it takes, and none besides. Answers are
// judged by it in test/system/164-api.sh.
#include "test/unit/server/api/api_fixture.h"

#include "server/api/api_once.h"
#include "server/api/api_openapi.h"
#include "server/api/api_subject.h"

static const char *const types[] = {[API_MEMBER_TEXT] = "string",
    [API_MEMBER_FLAG] = "string",
    [API_MEMBER_TEXTS] = "array",
    [API_MEMBER_INTEGER] = "integer"};

static size_t faults;

static void tell(const char *where, const char *what, const char *more)
{
    print_error("server/api/openapi/*.json: %s: %s%s\n", where, what, more);
    faults++;
}

// "/api/v1/devices/{mac}/tags" as the table has it: "/api/v1/devices/:/tags".
static void as_pattern(const char *path_text, char *out, size_t size)
{
    size_t n = 0;

    for (const char *p = path_text; *p != '\0' && n + 1 < size; p++) {
        out[n++] = *p == '{' ? ':' : *p;
        if (*p == '{')
            p += strcspn(p, "}");
    }
    out[n] = '\0';
}

static const char *method_name(const struct api_endpoint *endpoint)
{
    return endpoint->route->methods & HTTP_GET ? "get" : "post";
}

static json_t *find(const json_t *document, const struct api_endpoint *endpoint)
{
    char pattern[128];
    const char *name;
    json_t *item;

    json_object_foreach(json_object_get(document, "paths"), name, item)
    {
        as_pattern(name, pattern, sizeof pattern);
        if (strcmp(pattern, endpoint->route->pattern) == 0)
            return json_object_get(item, method_name(endpoint));
    }
    return NULL;
}

static json_t *find_parameter(const json_t *operation, const char *name)
{
    size_t i;
    json_t *parameter;

    json_array_foreach(json_object_get(operation, "parameters"), i, parameter)
    {
        const char *in = json_string_value(json_object_get(parameter, "in"));
        const char *its = json_string_value(json_object_get(parameter, "name"));

        if (in != NULL && strcmp(in, "query") == 0 && its != NULL && strcmp(its, name) == 0)
            return json_object_get(parameter, "schema");
    }
    return NULL;
}

static bool has_type(const json_t *schema, enum api_member_type type)
{
    const char *name = json_string_value(json_object_get(schema, "type"));
    const json_t *values = json_object_get(schema, "enum");

    if (type == API_MEMBER_FLAG)
        return json_array_size(values) == 2;
    return type == API_MEMBER_TEXT ? values != NULL || (name != NULL && strcmp(name, "array") != 0)
                                   : name != NULL && strcmp(name, types[type]) == 0;
}

static size_t count_of(const json_t *operation, const char *where)
{
    size_t n = 0;
    size_t i;
    json_t *parameter;

    json_array_foreach(json_object_get(operation, "parameters"), i, parameter)
    {
        const char *in = json_string_value(json_object_get(parameter, "in"));

        n += in != NULL && strcmp(in, where) == 0;
    }
    return n;
}

static void check_parameters(
    const char *where, const json_t *operation, const struct api_endpoint *endpoint)
{
    const struct api_member *member = endpoint->parameters;
    size_t captured = 0;
    size_t n = 0;

    for (; member != NULL && member->name != NULL; member++, n++) {
        const json_t *schema = find_parameter(operation, member->name);

        if (schema == NULL)
            tell(where, "the query lacks ", member->name);
        else if (!has_type(schema, member->type))
            tell(where, "is of another type: ", member->name);
    }
    if (count_of(operation, "query") > n)
        tell(where, "it has parameters that the route does not take", "");
    for (const char *p = endpoint->route->pattern; *p != '\0'; p++)
        captured += *p == ':';
    if (count_of(operation, "path") != captured)
        tell(where, "not the parameters that its path captures", "");
}

static bool has_reference(const json_t *operation, const char *reference)
{
    size_t i;
    json_t *parameter;

    json_array_foreach(json_object_get(operation, "parameters"), i, parameter)
    {
        const char *its = json_string_value(json_object_get(parameter, "$ref"));

        if (its != NULL && strcmp(its, reference) == 0)
            return true;
    }
    return false;
}

// The headers that set terms (api_terms.h).
static void check_terms(const char *where, const json_t *operation, const struct http_route *route)
{
    bool changes = route->methods == HTTP_POST;

    if (has_reference(operation, "#/components/parameters/IfMatch") !=
        (changes && api_subject_has(route->pattern)))
        tell(where, "If-Match is not as the route has it", "");
    if (has_reference(operation, "#/components/parameters/IdempotencyKey") !=
        (changes && api_once_is_taken(route->pattern)))
        tell(where, "Idempotency-Key is not as the route has it", "");
}

// Who may, and what for he has to show nothing.
static void check_role(
    const char *where, const json_t *operation, const struct api_endpoint *endpoint)
{
    const char *least = json_string_value(json_object_get(operation, "x-role"));
    const json_t *security = json_object_get(operation, "security");

    if (least == NULL || strcmp(least, role_name(endpoint->role)) != 0)
        tell(where, "x-role is not as the route has it", "");
    if ((endpoint->role == ROLE_ANYBODY) != (security != NULL && json_array_size(security) == 0))
        tell(where, "security is not as the route has it", "");
}

// What the page consists of is for browsers.
static bool is_page(const char *pattern)
{
    return strcmp(pattern, "/") == 0 || strncmp(pattern, "/gui/", 5) == 0;
}

static void each_route_is_in_it(void **state)
{
    struct api_endpoint endpoint;
    json_t *document = NULL;
    struct err err = {0};
    char where[160];

    (void)state;
    if (api_openapi_read(&document, &err) < 0)
        fail_msg("%s", err.message);
    faults = 0;
    for (size_t i = 0; api_describe_endpoint(i, &endpoint); i++) {
        json_t *operation = find(document, &endpoint);

        if (is_page(endpoint.route->pattern))
            continue;
        snprintf(where, sizeof where, "%s %s", method_name(&endpoint), endpoint.route->pattern);
        if (operation == NULL) {
            tell(where, "not described", "");
            continue;
        }
        check_parameters(where, operation, &endpoint);
        check_terms(where, operation, endpoint.route);
        check_role(where, operation, &endpoint);
        if ((json_object_get(operation, "requestBody") != NULL) != endpoint.has_body)
            tell(where, endpoint.has_body ? "lacks its body" : "has a body", "");
        if (json_object_get(json_object_get(operation, "responses"), "default") == NULL)
            tell(where, "lacks the problem", "");
    }
    json_decref(document);
    assert_int_equal(faults, 0);
}

static bool is_route(const char *pattern, const char *method)
{
    struct api_endpoint endpoint;

    for (size_t i = 0; api_describe_endpoint(i, &endpoint); i++) {
        if (strcmp(endpoint.route->pattern, pattern) == 0 &&
            strcmp(method_name(&endpoint), method) == 0)
            return true;
    }
    return false;
}

static void nothing_else_is_in_it(void **state)
{
    json_t *document = NULL;
    const char *name;
    const char *method;
    json_t *item;
    json_t *operation;
    char pattern[128];

    (void)state;
    assert_int_equal(api_openapi_read(&document, NULL), 0);
    faults = 0;
    json_object_foreach(json_object_get(document, "paths"), name, item)
    {
        as_pattern(name, pattern, sizeof pattern);
        json_object_foreach(item, method, operation)
        {
            if (!is_route(pattern, method))
                tell(name, "no such route: ", method);
        }
    }
    assert_true(json_object_size(json_object_get(document, "paths")) > 40);
    json_decref(document);
    assert_int_equal(faults, 0);
}

// What a refusal's type leads to.
static void each_problem_is_in_it(void **state)
{
    json_t *document = NULL;

    (void)state;
    assert_int_equal(api_openapi_read(&document, NULL), 0);
    for (int code = ERR_INVALID; code >= ERR_BUSY; code--) {
        if (json_object_get(json_object_get(document, "x-problems"), err_code_name(code)) == NULL)
            fail_msg("x-problems lacks %s", err_code_name(code));
    }
    json_decref(document);
}

static void it_is_served(void **state)
{
    struct fixture *f = *state;

    ask(f, "GET", "/api/v1/openapi.json", NULL, 0);
    expect(f, "it", 200, "{\"openapi\":\"3.1.0\"", "\"/api/v1/audit/verify\":");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_route_is_in_it),
        cmocka_unit_test(nothing_else_is_in_it),
        cmocka_unit_test(each_problem_is_in_it),
        cmocka_unit_test(it_is_served),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
