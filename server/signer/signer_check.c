// `secureesp-signer --check-config`: all that starting needs, looked at.
#include "server/signer/signer_check.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/unix_socket.h"
#include "server/pki/issued.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"
#include "server/signer/signer_user.h"

static int report(const char *what, const struct err *err)
{
    fprintf(stderr, "secureesp-signer: %s: %s\n", what, err->message);
    return 1;
}

static int check_folder(const struct signer_config *config)
{
    struct issued_state state;
    struct issuer *issuer = NULL;
    struct err err = {0};
    int rc = pki_folder_open(config->folder, &issuer, &err);

    if (rc == 0 && issuer_not_after_ms(issuer) <= clock_system_ms())
        rc = err_set(&err, ERR_EXPIRED, "the CA's certificate has expired");
    issuer_free(issuer);
    if (rc == 0 && access(config->folder, W_OK) < 0)
        rc = err_set(
            &err, ERR_DENIED, "cannot write to %s, where issued.pem is: %m", config->folder);
    if (rc == 0) {
        rc = issued_look(config->folder, &state, &err);
        if (rc == ERR_NOT_FOUND)
            rc = 0;
    }
    return rc < 0 ? report("[signer] folder", &err) : 0;
}

static int check_client(const struct signer_config *config)
{
    struct err err = {0};
    uid_t user;

    return signer_user_find(config->client, &user, &err) < 0 ? report("[signer] client", &err) : 0;
}

static int check_socket(const struct signer_config *config)
{
    struct sockaddr_un address;
    char copy[PATH_MAX];
    struct stat st;
    struct err err = {0};
    int rc = unix_socket_address(config->socket, &address, &err);

    if (rc < 0)
        return report("[signer] socket", &err);
    snprintf(copy, sizeof copy, "%s", config->socket);

    const char *folder = dirname(copy);

    if (stat(folder, &st) < 0 && errno == ENOENT && strncmp(folder, "/run/", 5) == 0)
        printf("note: [signer] socket: %s does not exist; systemd creates it when it starts the "
               "signer\n",
            folder);
    else if (stat(folder, &st) < 0)
        err_set(&err, ERR_NOT_FOUND, "folder %s: %m; create it", folder);
    else if (lstat(config->socket, &st) == 0 && !S_ISSOCK(st.st_mode))
        err_set(&err, ERR_CONFLICT, "%s exists and is not a socket", config->socket);
    return err.code != 0 ? report("[signer] socket", &err) : 0;
}

int signer_check_all(const struct signer_config *config)
{
    return check_folder(config) + check_client(config) + check_socket(config);
}
