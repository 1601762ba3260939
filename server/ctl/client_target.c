// Where requests go.
#include "server/ctl/client_target.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_given(const char *word)
{
    return word != NULL && word[0] != '\0';
}

int client_target_choose(const struct client_target_words *words, const char **server,
    const char **socket, struct err *err)
{
    if (words->server_option != NULL && words->socket_option != NULL)
        return err_set(err, ERR_INVALID, "give --server or --socket, not both");
    *server = words->server_option;
    *socket = words->socket_option;
    if (*server != NULL || *socket != NULL)
        return 0;
    if (is_given(words->server_environment))
        *server = words->server_environment;
    else if (is_given(words->socket_environment))
        *socket = words->socket_environment;
    return 0;
}

static int load(
    const struct server_store *store, const char *name, struct client_target *out, struct err *err)
{
    int rc = server_store_load(store, name, &out->server, err);

    if (rc < 0)
        return rc;
    out->socket = NULL;
    snprintf(out->name, sizeof out->name, "%s", name);
    return 0;
}

static int load_by_url(
    const struct server_store *store, const char *word, struct client_target *out, struct err *err)
{
    char url[SERVER_URL_SIZE];
    char name[SERVER_NAME_SIZE];
    int rc = server_url_normalize(word, url, err);

    if (rc == 0)
        rc = server_store_find_url(store, url, name, err);
    return rc < 0 ? rc : load(store, name, out, err);
}

int client_target_resolve(const struct server_store *store, const char *server, const char *socket,
    struct client_target *out, struct err *err)
{
    char usual[SERVER_NAME_SIZE] = "";
    int rc = 0;

    if (server == NULL && socket == NULL && store->folder[0] != '\0')
        rc = server_store_usual(store, usual, err);
    if (rc < 0)
        return rc;
    if (usual[0] != '\0')
        server = usual;
    if (server != NULL)
        return server_url_is_meant(server) ? load_by_url(store, server, out, err)
                                           : load(store, server, out, err);
    memset(out, 0, sizeof *out);
    out->socket = socket != NULL ? socket : CLIENT_TARGET_SOCKET;
    return 0;
}

// The log-in of that name, if there is one, must be at that address.
static int load_or_make(const struct server_store *store, const char *name, const char *url,
    struct client_target *out, struct err *err)
{
    int rc = load(store, name, out, err);

    if (rc == 0 && strcmp(out->server.url, url) != 0)
        rc = err_set(err, ERR_CONFLICT, "%s is %s already: choose another name with --name", name,
            out->server.url);
    if (rc != ERR_NOT_FOUND)
        return rc;
    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "%s", name);
    snprintf(out->server.url, sizeof out->server.url, "%s", url);
    server_store_find_pin(store, url, out->server.pin);
    return 0;
}

int client_target_for_login(const struct server_store *store, const char *server, const char *name,
    struct client_target *out, struct err *err)
{
    char url[SERVER_URL_SIZE];
    char found[SERVER_NAME_SIZE];
    int rc;

    if (!server_url_is_meant(server))
        return name == NULL ? load(store, server, out, err)
                            : err_set(err, ERR_INVALID, "--name goes with a server's address");
    rc = server_url_normalize(server, url, err);
    if (rc < 0)
        return rc;
    if (name != NULL)
        return load_or_make(store, name, url, out, err);
    rc = server_store_find_url(store, url, found, err);
    if (rc == ERR_NOT_FOUND)
        server_url_to_name(url, found);
    return rc < 0 && rc != ERR_NOT_FOUND ? rc : load_or_make(store, found, url, out, err);
}

const char *client_target_place(const struct client_target *target)
{
    return target->socket != NULL ? target->socket : target->server.url;
}
