// `secureespd --print-config-json`.
#include "server/daemon/print_config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mac.h"
#include "server/download/download_config.h"
#include "server/store/replacement_store.h"
#include "server/store/revocation_store.h"
#include "server/store/store_look.h"

#define PATH_SIZE 4096

// What the database says of a device.
struct place {
    char mac[MAC_SIZE]; // whose place it has
    bool is_revoked;
};

static int read_place(
    struct store_connection *connection, const char *mac, struct place *out, struct err *err)
{
    struct replacement replacement;
    struct device_revocation revocation;
    int rc = replacement_store_get(connection, mac, &replacement, err);

    if (rc == 0)
        memcpy(out->mac, replacement.place, sizeof out->mac);
    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    rc = revocation_store_get(connection, mac, &revocation, err);
    out->is_revoked = rc == 0 && revocation.readmitted_at_ms == 0;
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int look(const struct config *config, const char *mac, struct place *out, struct err *err)
{
    struct store_connection *connection;
    char path[PATH_SIZE];

    *out = (struct place){0};
    memcpy(out->mac, mac, sizeof out->mac);
    if ((size_t)snprintf(path, sizeof path, "%s/secureesp.db", config->state_dir) >= sizeof path)
        return err_set(err, ERR_INVALID, "state_dir is too long");

    int rc = store_look_open(path, &connection, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc; // where no daemon runs, nobody is replaced
    rc = read_place(connection, mac, out, err);
    store_connection_close(connection);
    return rc;
}

static int print(const struct config *config, const char *mac)
{
    uint8_t *text;
    size_t n;

    if (download_config_render(config->device_config, mac, &text, &n) < 0) {
        fprintf(stderr, "secureespd: no memory\n");
        return EXIT_FAILURE;
    }

    bool is_written =
        fwrite(text, 1, n, stdout) == n && putchar('\n') != EOF && fflush(stdout) == 0;

    free(text);
    return is_written ? EXIT_SUCCESS : EXIT_FAILURE;
}

int print_config_run(const struct config *config, const char *typed)
{
    const struct download_config *devices = config->device_config;
    struct place place;
    struct err err = {0};
    char mac[MAC_SIZE];

    if (!mac_parse(typed, mac)) {
        fprintf(stderr, "secureespd: '%s' is not a MAC\n", typed);
        return 2;
    }
    // Where that makes no difference it need not be known.
    if (look(config, mac, &place, &err) < 0 && !download_config_is_common(devices) &&
        !download_config_has_own(devices, mac)) {
        fprintf(stderr,
            "secureespd: %s: cannot tell whether %s has the place of another device, and so whose "
            "section it gets%s\n",
            err.message, mac,
            err.code == ERR_IO ? ": run this as root, or as the daemon's user" : "");
        return EXIT_FAILURE;
    }
    if (place.is_revoked)
        fprintf(stderr, "secureespd: note: device %s is revoked: it gets nothing now\n", mac);
    return print(config, download_config_borrows(devices, mac, place.mac) ? place.mac : mac);
}
