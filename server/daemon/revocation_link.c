// Who goes by what is revoked, and who tells it of certificates.
#include "server/daemon/revocation_link.h"

#include <stdio.h>

#include "server/daemon/state_folder.h"

#define PATH_SIZE 4096

static bool is_shut_out(const char *mac, void *ctx)
{
    return device_auth_is_revoked(ctx, mac);
}

static void note_file(const struct certificate_facts *facts, void *ctx)
{
    revocation_note_file(ctx, facts);
}

static void note_met(const struct certificate_facts *facts, const char *mac, void *ctx)
{
    const struct revocation_link *link = ctx;

    revocation_met(facts, mac, link->revocation);
    rotation_watch_note_device(link->rotation, facts, mac);
}

int revocation_link_start(struct revocation_link *link, struct err *err)
{
    char folder[PATH_SIZE];
    struct revocation_settings settings = {
        .store = link->store, .auth = link->auth, .folder = folder};

    if ((size_t)snprintf(folder, sizeof folder, "%s/" STATE_FOLDER_BROKER, link->state_dir) >=
        sizeof folder)
        return err_set(err, ERR_INVALID, "state_dir is too long");

    int rc = state_folder_open_up(link->state_dir, err);

    if (rc == 0)
        rc = revocation_open(&settings, &link->revocation, err);

    if (rc < 0)
        return rc;
    device_auth_on_met(link->auth, note_met, link);
    ingest_set_gate(link->ingest, is_shut_out, link->auth);
    certificate_watch_on_good(link->watch, note_file, link->revocation);
    return 0;
}

void revocation_link_clear(struct revocation_link *link)
{
    revocation_close(link->revocation);
    link->revocation = NULL;
}

void revocation_link_set_server(struct revocation_link *link, struct http_server *server)
{
    link->server = server;
    revocation_set_links(
        link->revocation, &(struct revocation_links){revocation_link_end_clients, link});
}

size_t revocation_link_end_clients(void *ctx)
{
    const struct revocation_link *link = ctx;

    return http_server_end_clients(link->server, device_auth_is_cut_off, link->auth);
}
