// The document that describes this API.
#include "server/api/api_openapi.h"

#include <string.h>

#include "server/api/api.h"
#include "server/api/api_json.h"

// api_openapi_text.S
extern const char api_openapi_text_begin[];
extern const char api_openapi_text_end[];

// Adds members that are not there yet.
static int add_members(json_t *whole, json_t *part, struct err *err)
{
    const char *name;
    json_t *value;

    json_object_foreach(part, name, value)
    {
        if (json_object_get(whole, name) != NULL)
            return err_set(err, ERR_IO, "the document has \"%s\" twice", name);
        if (json_object_set(whole, name, value) < 0)
            return err_set(err, ERR_NO_MEMORY, "no memory for the document");
    }
    return 0;
}

static json_t *schemas_of(const json_t *document)
{
    return json_object_get(json_object_get(document, "components"), "schemas");
}

// The first part is the whole to begin with; the others bring paths and schemas.
static int merge(json_t **whole, json_t *part, struct err *err)
{
    int rc;

    if (*whole == NULL) {
        *whole = json_incref(part);
        return 0;
    }
    if (json_object_size(part) != 2)
        return err_set(err, ERR_IO, "a part of the document has paths and components only");
    rc = add_members(json_object_get(*whole, "paths"), json_object_get(part, "paths"), err);
    return rc < 0 ? rc : add_members(schemas_of(*whole), schemas_of(part), err);
}

// Whether a path of the document is a route's: "/a/{name}/b" is "/a/:/b".
static bool is_pattern(const char *path, const char *pattern)
{
    for (; *path != '\0' && *pattern != '\0'; path++, pattern++) {
        if (*path == '{' && *pattern == ':')
            path += strcspn(path, "}");
        else if (*path != *pattern)
            return false;
    }
    return *path == '\0' && *pattern == '\0';
}

static json_t *operation_of(json_t *document, const struct http_route *route)
{
    const char *path;
    json_t *item;

    json_object_foreach(json_object_get(document, "paths"), path, item)
    {
        if (is_pattern(path, route->pattern))
            return json_object_get(item, route->methods & HTTP_GET ? "get" : "post");
    }
    return NULL;
}

// The least role of each operation, as the table of routes has it.
static int add_roles(json_t *document, struct err *err)
{
    struct api_endpoint endpoint;
    int rc = 0;

    for (size_t i = 0; rc == 0 && api_describe_endpoint(i, &endpoint); i++) {
        json_t *operation = operation_of(document, endpoint.route);

        if (operation != NULL &&
            json_object_set_new(operation, "x-role", json_string(role_name(endpoint.role))) < 0)
            rc = err_set(err, ERR_NO_MEMORY, "no memory for the document");
    }
    return rc;
}

int api_openapi_read(json_t **out, struct err *err)
{
    const char *p = api_openapi_text_begin;
    json_t *whole = NULL;
    json_error_t why;
    int rc = 0;

    while (rc == 0 && p < api_openapi_text_end) {
        json_t *part = json_loadb(p, (size_t)(api_openapi_text_end - p),
            JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &why);

        if (!json_is_object(part))
            rc = err_set(err, ERR_IO, "a part of the document: %s at %td", why.text,
                p - api_openapi_text_begin + why.position);
        else
            rc = merge(&whole, part, err);
        p += why.position;
        while (p < api_openapi_text_end && (*p == '\n' || *p == ' '))
            p++;
        json_decref(part);
    }
    if (rc == 0)
        rc = add_roles(whole, err);
    if (rc < 0)
        json_decref(whole);
    else
        *out = whole;
    return rc;
}

void api_openapi_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    json_t *document = NULL;
    struct err err = {0};

    (void)request;
    (void)ctx;
    if (api_openapi_read(&document, &err) < 0)
        api_json_refuse(response, &err);
    else
        api_json_send(response, 200, document);
}
