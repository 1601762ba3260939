// The bounds of the servers.
#include "server/daemon/server_settings.h"

#include "server/daemon/file_limit.h"
#include "server/enrol/enrol.h"

#define API_THREADS 8    // a revocation holds one for up to two seconds
#define API_TIMEOUT_S 60 // for a request, and between requests

void server_settings_download(const struct config *config, struct http_server_settings *out)
{
    *out = (struct http_server_settings){
        .max_body_bytes = 0,
        .threads = file_limit_threads(config),
        .at_once = (unsigned)config->threads,
        .name = "download",
        .spare_files = (unsigned)file_limit_spare(config),
        .max_connections = (unsigned)config->max_connections,
        .max_connections_per_address = (unsigned)config->max_connections_per_address,
        .max_connections_per_certificate = (unsigned)config->max_connections_per_certificate,
        .timeout_s = (unsigned)config->timeout_s,
        .handshake_timeout_s = (unsigned)config->handshake_timeout_s,
        .min_bytes_per_second = (unsigned)config->min_bytes_per_second,
        .address = config->address,
        .port = config->port,
        .certificate_file = config->certificate,
        .key_file = config->key,
    };
}

static const char *first_of(const char *path, const char *otherwise)
{
    return path[0] != '\0' ? path : otherwise;
}

// Whoever is enrolled by it keeps its connection no longer than it takes.
void server_settings_enrolment(const struct config *config, struct http_server_settings *out)
{
    *out = (struct http_server_settings){
        .max_body_bytes = ENROL_BODY_MAX,
        .threads = http_server_threads(FILE_LIMIT_ENROL_CONNECTIONS, FILE_LIMIT_ENROL_HANDLERS),
        .at_once = FILE_LIMIT_ENROL_HANDLERS,
        .name = "enrolment",
        .spare_files = (unsigned)file_limit_spare(config),
        .max_connections = FILE_LIMIT_ENROL_CONNECTIONS,
        // Nobody has to show a certificate to begin a request: one address does not take all
        // places.
        .max_connections_per_address = FILE_LIMIT_ENROL_CONNECTIONS / 4,
        .timeout_s = (unsigned)config->timeout_s,
        .handshake_timeout_s = (unsigned)config->handshake_timeout_s,
        .min_bytes_per_second = (unsigned)config->min_bytes_per_second,
        .address = config->enrol_address,
        .port = config->enrol_port,
        .certificate_file = first_of(config->enrol_certificate, config->certificate),
        .key_file = first_of(config->enrol_key, config->key),
        .certificate_optional = true, // cacerts needs none
    };
}

void server_settings_api(const struct config *config, struct http_server_settings *out)
{
    *out = (struct http_server_settings){
        .max_body_bytes = (size_t)config->max_image_bytes,
        .threads = API_THREADS,
        .name = "api",
        .max_connections = FILE_LIMIT_API_CONNECTIONS,
        .has_feeds = true,
        .makes_room = true, // an operator always gets in
        .timeout_s = API_TIMEOUT_S,
        .socket_path = config->socket,
        .socket_mode = config->socket_mode,
    };
}

// Anybody may begin a request, so that neither one address nor silence takes all places.
void server_settings_operator(const struct config *config, struct http_server_settings *out)
{
    *out = (struct http_server_settings){
        .max_body_bytes = (size_t)config->max_image_bytes,
        .threads = http_server_threads(FILE_LIMIT_OPERATOR_CONNECTIONS, 1),
        .name = "operator",
        .spare_files = (unsigned)file_limit_spare(config),
        .max_connections = FILE_LIMIT_OPERATOR_CONNECTIONS,
        .max_connections_per_address = FILE_LIMIT_OPERATOR_PER_ADDRESS,
        .has_feeds = true,
        .timeout_s = API_TIMEOUT_S,
        .handshake_timeout_s = (unsigned)config->handshake_timeout_s,
        .min_bytes_per_second = (unsigned)config->min_bytes_per_second,
        .address = config->operator_address,
        .port = config->operator_port,
        .certificate_file = first_of(config->operator_certificate, config->certificate),
        .key_file = first_of(config->operator_key, config->key),
        .certificate_optional = true, // most log in, or send a token
    };
}
