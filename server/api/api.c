// The table of the operator's endpoints.
#include "server/api/api.h"

#include "server/api/api_access.h"
#include "server/api/api_alerts.h"
#include "server/api/api_audit.h"
#include "server/api/api_backup.h"
#include "server/api/api_boards.h"
#include "server/api/api_canary.h"
#include "server/api/api_certificates.h"
#include "server/api/api_channel.h"
#include "server/api/api_chain.h"
#include "server/api/api_commands.h"
#include "server/api/api_device_key.h"
#include "server/api/api_device_page.h"
#include "server/api/api_devices.h"
#include "server/api/api_enrolment_window.h"
#include "server/api/api_enrolments.h"
#include "server/api/api_events.h"
#include "server/api/api_groups.h"
#include "server/api/api_gui.h"
#include "server/api/api_history.h"
#include "server/api/api_hold.h"
#include "server/api/api_image_list.h"
#include "server/api/api_images.h"
#include "server/api/api_json.h"
#include "server/api/api_keys.h"
#include "server/api/api_label.h"
#include "server/api/api_members.h"
#include "server/api/api_metrics.h"
#include "server/api/api_metrics_devices.h"
#include "server/api/api_openapi.h"
#include "server/api/api_pin.h"
#include "server/api/api_replacement.h"
#include "server/api/api_revocation.h"
#include "server/api/api_rollout_create.h"
#include "server/api/api_rollout_list.h"
#include "server/api/api_rollouts.h"
#include "server/api/api_rotation.h"
#include "server/api/api_session.h"
#include "server/api/api_settings.h"
#include "server/api/api_settings_change.h"
#include "server/api/api_status.h"
#include "server/api/api_tags.h"
#include "server/api/api_terms.h"
#include "server/api/api_tokens.h"
#include "server/api/api_users.h"
#include "server/api/api_validator.h"
#include "server/api/api_webhook_add.h"
#include "server/api/api_webhooks.h"
#include "server/api/api_wifi.h"
#include "server/model/role.h"

// An endpoint as it is without the checks that all share.
struct endpoint {
    void (*handler)(const struct http_request *request, struct http_response *response, void *ctx);
    bool has_body;
    const struct api_member *parameters; // of its query; NULL: none
    enum role role;                      // who may ask has at least this one
};

// Of a list that comes in pages (api_page.h).
#define PAGE                                                                                       \
    {"limit", API_MEMBER_TEXT},                                                                    \
    {                                                                                              \
        "cursor", API_MEMBER_TEXT                                                                  \
    }

static const struct api_member device_filter[] = {
    {"state", API_MEMBER_TEXT}, {"image", API_MEMBER_TEXT}, {"filter", API_MEMBER_TEXTS}, {0}};
static const struct api_member device_list[] = {{"state", API_MEMBER_TEXT},
    {"image", API_MEMBER_TEXT}, {"filter", API_MEMBER_TEXTS}, {"sort", API_MEMBER_TEXT},
    {"marks", API_MEMBER_FLAG}, {"groups", API_MEMBER_FLAG}, PAGE, {0}};
static const struct api_member metrics_filter[] = {{"filter", API_MEMBER_TEXTS}, {0}};
static const struct api_member page[] = {PAGE, {0}};
static const struct api_member event_list[] = {{"event", API_MEMBER_TEXT}, PAGE, {0}};
static const struct api_member history[] = {{"since_ms", API_MEMBER_TEXT}, {0}};
static const struct api_member event_stream[] = {{"mac", API_MEMBER_TEXT},
    {"event", API_MEMBER_TEXT}, {"filter", API_MEMBER_TEXTS}, {"newest", API_MEMBER_TEXT},
    {"follow", API_MEMBER_FLAG}, {0}};
static const struct api_member image_list[] = {
    {"board", API_MEMBER_TEXT}, {"state", API_MEMBER_TEXT}, PAGE, {0}};
static const struct api_member hold[] = {
    {"on", API_MEMBER_FLAG}, {"reason", API_MEMBER_TEXT}, {"force", API_MEMBER_FLAG}, {0}};
static const struct api_member canary[] = {
    {"on", API_MEMBER_FLAG}, {"force", API_MEMBER_FLAG}, {0}};
static const struct api_member pin[] = {
    {"image", API_MEMBER_TEXT}, {"force", API_MEMBER_FLAG}, {0}};
static const struct api_member channel[] = {{"channel", API_MEMBER_TEXT}, {0}};
static const struct api_member channel_and_force[] = {
    {"channel", API_MEMBER_TEXT}, {"force", API_MEMBER_FLAG}, {0}};
static const struct api_member policy[] = {
    {"policy", API_MEMBER_TEXT}, {"force", API_MEMBER_FLAG}, {0}};
static const struct api_member must_pass[] = {
    {"on", API_MEMBER_FLAG}, {"force", API_MEMBER_FLAG}, {0}};
static const struct api_member certificate_filter[] = {
    {"state", API_MEMBER_TEXT}, {"mac", API_MEMBER_TEXT}, PAGE, {0}};
static const struct api_member enrolment_filter[] = {{"state", API_MEMBER_TEXT}, {0}};
static const struct api_member approval[] = {
    {"key", API_MEMBER_TEXT}, {"any_key", API_MEMBER_FLAG}, {0}};
static const struct api_member window[] = {
    {"for_s", API_MEMBER_TEXT}, {"at_most", API_MEMBER_TEXT}, {0}};
static const struct api_member command_list[] = {
    {"mac", API_MEMBER_TEXT}, {"state", API_MEMBER_TEXT}, {"command", API_MEMBER_TEXT}, PAGE, {0}};
static const struct api_member force[] = {{"force", API_MEMBER_FLAG}, {0}};
static const struct api_member why_and_force[] = {
    {"reason", API_MEMBER_TEXT}, {"force", API_MEMBER_FLAG}, {0}};
static const struct api_member replacement[] = {
    {"by", API_MEMBER_TEXT}, {"reason", API_MEMBER_TEXT}, {"force", API_MEMBER_FLAG}, {0}};
static const struct api_member why[] = {{"reason", API_MEMBER_TEXT}, {0}};
static const struct api_member new_image[] = {{"name", API_MEMBER_TEXT},
    {"literal_name", API_MEMBER_FLAG}, {"embeds", API_MEMBER_TEXTS}, {"publish", API_MEMBER_FLAG},
    {"channel", API_MEMBER_TEXT}, {0}};
static const struct api_member two_cas[] = {
    {"old", API_MEMBER_TEXT}, {"new", API_MEMBER_TEXT}, {0}};
static const struct api_member next_phase[] = {
    {"to", API_MEMBER_TEXT}, {"leave", API_MEMBER_TEXTS}, {0}};
static const struct api_member key_switch[] = {{"on", API_MEMBER_FLAG}, {0}};
static const struct api_member new_key[] = {{"name", API_MEMBER_TEXT}, {0}};
static const struct api_member key_removal[] = {
    {"force", API_MEMBER_FLAG}, {"dry", API_MEMBER_FLAG}, {0}};
static const struct api_member key_retirement[] = {
    {"force", API_MEMBER_FLAG}, {"undo", API_MEMBER_FLAG}, {"dry", API_MEMBER_FLAG}, {0}};
static const struct api_member audit_filter[] = {{"after", API_MEMBER_TEXT},
    {"since_ms", API_MEMBER_TEXT}, {"who", API_MEMBER_TEXT}, {"object", API_MEMBER_TEXT}, PAGE,
    {0}};
static const struct api_member audit_anchor[] = {{"anchor", API_MEMBER_TEXT}, {0}};

static const struct api_member alert_kinds[] = {{"kind", API_MEMBER_TEXT}, {0}};
static const struct api_member settings_at[] = {{"at", API_MEMBER_TEXT}, {0}};
static const struct api_member settings_layer[] = {
    {"scope", API_MEMBER_TEXT}, {"name", API_MEMBER_TEXT}, {0}};
static const struct api_member settings_before[] = {{"before", API_MEMBER_TEXT}, {0}};
static const struct api_member settings_change[] = {{"scope", API_MEMBER_TEXT},
    {"name", API_MEMBER_TEXT}, {"unset", API_MEMBER_TEXTS}, {"replace", API_MEMBER_FLAG},
    {"dry", API_MEMBER_FLAG}, {"force", API_MEMBER_FLAG}, {0}};
static const struct api_member settings_revert[] = {
    {"dry", API_MEMBER_FLAG}, {"force", API_MEMBER_FLAG}, {0}};

static const struct api_member role[] = {{"role", API_MEMBER_TEXT}, {0}};

static void serve(const struct http_request *request, struct http_response *response, void *ctx);

// Least role, method, path, handler, whether it has a body, parameters. The literal paths before
// those that capture a segment.
#define ENDPOINTS(X)                                                                               \
    X(ANYBODY, HTTP_GET, "/", api_gui_show, false, NULL)                                           \
    X(ANYBODY, HTTP_GET, "/gui/:", api_gui_show_file, false, NULL)                                 \
    X(ANYBODY, HTTP_GET, "/gui/:/:", api_gui_show_part, false, NULL)                               \
    X(VIEWER, HTTP_GET, "/api/v1/status", api_status_show, false, NULL)                            \
    X(VIEWER, HTTP_GET, "/metrics", api_metrics_show, false, NULL)                                 \
    X(VIEWER, HTTP_GET, "/metrics/devices", api_metrics_devices_show, false, metrics_filter)       \
    X(VIEWER, HTTP_GET, "/api/v1/openapi.json", api_openapi_show, false, NULL)                     \
    X(VIEWER, HTTP_GET, "/api/v1/devices", api_devices_list, false, device_list)                   \
    X(VIEWER, HTTP_GET, "/api/v1/devices/count", api_devices_count, false, device_filter)          \
    X(VIEWER, HTTP_GET, "/api/v1/devices/:", api_devices_show, false, NULL)                        \
    X(VIEWER, HTTP_GET, "/api/v1/devices/:/events", api_device_page_events, false, event_list)     \
    X(VIEWER, HTTP_GET, "/api/v1/devices/:/history", api_history_list, false, history)             \
    X(VIEWER, HTTP_GET, "/api/v1/events", api_events_stream, false, event_stream)                  \
    X(OPERATOR, HTTP_POST, "/api/v1/devices/:/tags", api_tags_change, true, force)                 \
    X(OPERATOR, HTTP_POST, "/api/v1/devices/:/label", api_label_set, true, force)                  \
    X(OPERATOR, HTTP_POST, "/api/v1/devices/:/hold", api_hold_switch, false, hold)                 \
    X(OPERATOR, HTTP_POST, "/api/v1/devices/:/pin", api_pin_set, false, pin)                       \
    X(OPERATOR, HTTP_POST, "/api/v1/devices/:/channel", api_channel_set, false, channel_and_force) \
    X(OPERATOR, HTTP_POST, "/api/v1/devices/:/canary", api_canary_switch, false, canary)           \
    X(OPERATOR, HTTP_POST, "/api/v1/devices/:/forget", api_devices_forget, false, force)           \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/devices/:/revoke", api_revocation_revoke, false, why)     \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/devices/:/key", api_device_key_switch, true, key_switch)  \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/devices/:/readmit", api_revocation_readmit, false, NULL)  \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/devices/:/replace", api_replacement_run, false,           \
        replacement)                                                                               \
    X(VIEWER, HTTP_GET, "/api/v1/groups", api_groups_list, false, NULL)                            \
    X(OPERATOR, HTTP_POST, "/api/v1/groups", api_groups_set, true, force)                          \
    X(VIEWER, HTTP_GET, "/api/v1/groups/:", api_groups_show, false, NULL)                          \
    X(OPERATOR, HTTP_POST, "/api/v1/groups/:/channel", api_groups_follow, false,                   \
        channel_and_force)                                                                         \
    X(OPERATOR, HTTP_POST, "/api/v1/groups/:/remove", api_groups_remove, false, force)             \
    X(VIEWER, HTTP_GET, "/api/v1/settings", api_settings_list, false, settings_at)                 \
    X(OPERATOR, HTTP_POST, "/api/v1/settings", api_settings_change_set, true, settings_change)     \
    X(VIEWER, HTTP_GET, "/api/v1/settings/layer", api_settings_change_layer_show, false,           \
        settings_layer)                                                                            \
    X(VIEWER, HTTP_GET, "/api/v1/settings/history", api_settings_history, false, settings_before)  \
    X(OPERATOR, HTTP_POST, "/api/v1/settings/history/:/revert", api_settings_change_revert, false, \
        settings_revert)                                                                           \
    X(VIEWER, HTTP_GET, "/api/v1/settings/effective/:", api_settings_effective, false, NULL)       \
    X(VIEWER, HTTP_GET, "/api/v1/settings/schema", api_settings_change_schema_show, false, NULL)   \
    X(OPERATOR, HTTP_POST, "/api/v1/settings/schema", api_settings_change_schema_add, true, NULL)  \
    X(OPERATOR, HTTP_POST, "/api/v1/settings/schema/:/remove", api_settings_change_schema_remove,  \
        false, NULL)                                                                               \
    X(VIEWER, HTTP_GET, "/api/v1/certificates", api_certificates_list, false, certificate_filter)  \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/certificates", api_certificates_add, true, NULL)          \
    X(VIEWER, HTTP_GET, "/api/v1/certificates/:", api_certificates_show, false, NULL)              \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/certificates/:/revoke", api_certificates_revoke, false,   \
        why_and_force)                                                                             \
    X(VIEWER, HTTP_GET, "/api/v1/enrolments", api_enrolments_list, false, enrolment_filter)        \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/enrolments", api_enrolments_add, true, NULL)              \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/enrolments/window", api_enrolment_window_open, false,     \
        window)                                                                                    \
    X(VIEWER, HTTP_GET, "/api/v1/enrolments/:", api_enrolments_show, false, NULL)                  \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/enrolments/:/approve", api_enrolments_approve, false,     \
        approval)                                                                                  \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/enrolments/:/reject", api_enrolments_reject, false, NULL) \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/enrolments/:/remove", api_enrolments_remove, false, NULL) \
    X(VIEWER, HTTP_GET, "/api/v1/rotation", api_rotation_show, false, NULL)                        \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/rotation", api_rotation_start, false, two_cas)            \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/rotation/certificates", api_rotation_add_certificates,    \
        true, NULL)                                                                                \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/rotation/advance", api_rotation_advance, false,           \
        next_phase)                                                                                \
    X(VIEWER, HTTP_GET, "/api/v1/commands", api_commands_list, false, command_list)                \
    X(OPERATOR, HTTP_POST, "/api/v1/commands", api_commands_add, true, NULL)                       \
    X(OPERATOR, HTTP_POST, "/api/v1/commands/cancel", api_commands_cancel, true, NULL)             \
    X(VIEWER, HTTP_GET, "/api/v1/commands/:", api_commands_show, false, NULL)                      \
    X(VIEWER, HTTP_GET, "/api/v1/wifi", api_wifi_list, false, NULL)                                \
    X(OPERATOR, HTTP_POST, "/api/v1/wifi", api_wifi_set, true, NULL)                               \
    X(VIEWER, HTTP_GET, "/api/v1/wifi/:", api_wifi_show, false, NULL)                              \
    X(VIEWER, HTTP_GET, "/api/v1/images", api_image_list_send, false, image_list)                  \
    X(OPERATOR, HTTP_POST, "/api/v1/images", api_images_add, true, new_image)                      \
    X(VIEWER, HTTP_GET, "/api/v1/images/:", api_images_show, false, NULL)                          \
    X(OPERATOR, HTTP_POST, "/api/v1/images/:/publish", api_images_publish, false,                  \
        channel_and_force)                                                                         \
    X(OPERATOR, HTTP_POST, "/api/v1/images/:/promote", api_images_promote, false, force)           \
    X(OPERATOR, HTTP_POST, "/api/v1/images/:/withdraw", api_images_withdraw, false, force)         \
    X(OPERATOR, HTTP_POST, "/api/v1/images/:/must-pass", api_images_mark, false, must_pass)        \
    X(OPERATOR, HTTP_POST, "/api/v1/images/:/remove", api_images_remove, false, force)             \
    X(VIEWER, HTTP_GET, "/api/v1/images/:/verify", api_images_verify, false, NULL)                 \
    X(VIEWER, HTTP_GET, "/api/v1/rollouts", api_rollout_list_send, false, page)                    \
    X(OPERATOR, HTTP_POST, "/api/v1/rollouts", api_rollout_create_run, true, NULL)                 \
    X(VIEWER, HTTP_GET, "/api/v1/rollouts/:", api_rollouts_show, false, NULL)                      \
    X(VIEWER, HTTP_GET, "/api/v1/rollouts/:/devices", api_rollout_list_devices, false, page)       \
    X(OPERATOR, HTTP_POST, "/api/v1/rollouts/:/remove", api_rollouts_remove, false, NULL)          \
    X(OPERATOR, HTTP_POST, "/api/v1/rollouts/:/pause", api_rollouts_pause, false, NULL)            \
    X(OPERATOR, HTTP_POST, "/api/v1/rollouts/:/resume", api_rollouts_resume, false, NULL)          \
    X(OPERATOR, HTTP_POST, "/api/v1/rollouts/:/abort", api_rollouts_abort, false, NULL)            \
    X(OPERATOR, HTTP_POST, "/api/v1/rollouts/:/retry", api_rollouts_retry, false, NULL)            \
    X(ADMINISTRATOR, HTTP_GET, "/api/v1/webhooks", api_webhooks_list, false, NULL)                 \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/webhooks", api_webhook_add_run, true, NULL)               \
    X(ADMINISTRATOR, HTTP_GET, "/api/v1/webhooks/:", api_webhooks_show, false, NULL)               \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/webhooks/:/remove", api_webhooks_remove, false, NULL)     \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/webhooks/:/test", api_webhooks_test, false, NULL)         \
    X(VIEWER, HTTP_GET, "/api/v1/alerts", api_alerts_list, false, NULL)                            \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/alerts/test", api_alerts_test, false, alert_kinds)        \
    X(VIEWER, HTTP_GET, "/api/v1/boards", api_boards_list, false, NULL)                            \
    X(VIEWER, HTTP_GET, "/api/v1/boards/:", api_boards_show, false, NULL)                          \
    X(OPERATOR, HTTP_POST, "/api/v1/boards/:", api_boards_set, false, policy)                      \
    X(VIEWER, HTTP_GET, "/api/v1/chains/:", api_chain_show, false, channel)                        \
    X(VIEWER, HTTP_GET, "/api/v1/keys", api_keys_list, false, NULL)                                \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/keys", api_keys_add, true, new_key)                       \
    X(VIEWER, HTTP_GET, "/api/v1/keys/:", api_keys_show, false, NULL)                              \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/keys/:/remove", api_keys_remove, false, key_removal)      \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/keys/:/retire", api_keys_retire, false, key_retirement)   \
    X(ANYBODY, HTTP_POST, "/api/v1/session", api_session_begin, true, NULL)                        \
    X(VIEWER, HTTP_GET, "/api/v1/session", api_session_show, false, NULL)                          \
    X(VIEWER, HTTP_POST, "/api/v1/session/end", api_session_end, false, NULL)                      \
    X(ADMINISTRATOR, HTTP_GET, "/api/v1/users", api_users_list, false, NULL)                       \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/users", api_users_add, true, NULL)                        \
    X(ADMINISTRATOR, HTTP_GET, "/api/v1/users/:", api_users_show, false, NULL)                     \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/users/:/role", api_users_set_role, false, role)           \
    X(VIEWER, HTTP_POST, "/api/v1/users/:/password", api_users_set_password, true, NULL)           \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/users/:/remove", api_users_remove, false, NULL)           \
    X(VIEWER, HTTP_GET, "/api/v1/tokens", api_tokens_list, false, NULL)                            \
    X(VIEWER, HTTP_POST, "/api/v1/tokens", api_tokens_add, true, NULL)                             \
    X(VIEWER, HTTP_POST, "/api/v1/tokens/:/remove", api_tokens_remove, false, NULL)                \
    X(ADMINISTRATOR, HTTP_POST, "/api/v1/backup", api_backup_make, false, NULL)                    \
    X(VIEWER, HTTP_GET, "/api/v1/audit", api_audit_list, false, audit_filter)                      \
    X(VIEWER, HTTP_GET, "/api/v1/audit/head", api_audit_head, false, NULL)                         \
    X(VIEWER, HTTP_GET, "/api/v1/audit/verify", api_audit_verify, false, audit_anchor)

#define ROUTE(role, method, pattern, handler, has_body, parameters) {method, pattern, serve},
#define ENDPOINT(role, method, pattern, handler, has_body, parameters)                             \
    {handler, has_body, parameters, ROLE_##role},

static const struct http_route routes[] = {ENDPOINTS(ROUTE){0, NULL, NULL}};

static const struct endpoint endpoints[] = {ENDPOINTS(ENDPOINT)}; // in the same order

static const struct endpoint *endpoint_of(const struct http_request *request)
{
    return &endpoints[http_request_route(request) - routes];
}

// Refuses what the endpoint does not know, before it is asked.
static void judge(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct endpoint *endpoint = endpoint_of(request);
    struct api_members_query query = {.table = endpoint->parameters};
    size_t n;

    http_request_each_parameter(request, api_members_judge, &query);
    (void)http_request_body(request, &n);
    if (query.err.code == 0 && n > 0 && !endpoint->has_body)
        err_set(&query.err, ERR_INVALID, "this request takes no body");
    if (query.err.code != 0)
        api_json_refuse(response, &query.err);
    else
        api_terms_serve(request, response, ctx, endpoint->handler);
}

static void serve(const struct http_request *request, struct http_response *response, void *ctx)
{
    struct api_asking asking = {.terms = NULL};
    struct err err = {0};

    if (api_access_judge(request, ctx, endpoint_of(request)->role, &asking.who, &err) < 0) {
        api_access_refuse(response, ctx, &err);
        return;
    }
    http_request_attach(request, &asking);
    judge(request, response, ctx);
    http_request_attach(request, NULL);
}

// Who may not ask sends no body, either: so nobody's takes no memory but a log-in's.
bool api_admit(const struct http_request *request, struct http_response *response,
    size_t *max_body_bytes, void *ctx)
{
    const struct endpoint *endpoint = endpoint_of(request);
    struct operator who;
    struct err err = {0};

    if (http_request_method(request) != HTTP_POST || !endpoint->has_body ||
        endpoint->role == ROLE_ANYBODY)
        *max_body_bytes = API_SMALL_BODY;
    if (http_request_method(request) != HTTP_POST ||
        api_access_judge(request, ctx, endpoint->role, &who, &err) == 0)
        return true;
    api_access_refuse(response, ctx, &err);
    return false;
}

const struct http_route *api_routes(void)
{
    return routes;
}

bool api_describe_endpoint(size_t i, struct api_endpoint *out)
{
    if (i >= sizeof endpoints / sizeof endpoints[0])
        return false;
    *out = (struct api_endpoint){
        &routes[i], endpoints[i].has_body, endpoints[i].parameters, endpoints[i].role};
    return true;
}

void api_refuse(struct http_response *response, unsigned status, const char *reason)
{
    char text[ERR_MESSAGE_SIZE];

    // What has been asked for nowhere is known to whom reads the document.
    snprintf(text, sizeof text, "%s%s", reason,
        status == 404 ? "; /api/v1/openapi.json lists those that there are" : "");
    api_json_refuse_request(response, status, text);
}
