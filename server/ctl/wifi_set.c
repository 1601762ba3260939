// Gives devices new Wi-Fi networks.
#include "server/ctl/wifi_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/ctl/client.h"
#include "server/ctl/confirm.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/secret_prompt.h"
#include "server/ctl/selection.h"
#include "server/ctl/url.h"
#include "server/ctl/wifi_file.h"

#define FILE_MAX 65536

const struct option_rule wifi_set_options[] = {
    {"all", OPTION_FLAG, NULL, "to every device"},
    {"state", OPTION_VALUE, "STATE", "to devices that are online, or offline"},
    {"image", OPTION_VALUE, "GLOB", "to devices whose image has such a name"},
    {"filter", OPTION_LIST, "FILTER", "to devices that meet it: see FILTERS in secureesp(1)"},
    {"group", OPTION_LIST, "NAME", "to devices of this group"},
    {"yes", OPTION_FLAG, NULL, "do not ask before it goes to devices that are not named"},
    {"networks", OPTION_VALUE, "FILE", "the networks, as wpa_passphrase(8) writes them; -: stdin"},
    {"ssid", OPTION_VALUE, "NAME", "one network; asks for its password, or reads it from stdin"},
    {"canary", OPTION_VALUE, "N", "so many devices go first, the others when all have moved (1)"},
    {"skip", OPTION_FLAG, NULL, "leave out devices to which it cannot be given"},
    {0},
};

static int read_all(int fd, char *out, size_t size, size_t *n, struct err *err)
{
    ssize_t got;

    *n = 0;
    while ((got = read(fd, out + *n, size - *n)) > 0)
        *n += (size_t)got;
    if (got < 0)
        return err_set(err, ERR_IO, "cannot read the networks: %m");
    return *n == size ? err_set(err, ERR_TOO_LARGE, "the file of networks is too large") : 0;
}

static int read_file(const char *path, struct wifi_file *out, struct err *err)
{
    bool is_input = strcmp(path, "-") == 0;
    char *text = malloc(FILE_MAX);
    size_t n = 0;
    int fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int rc;

    if (text == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for the networks");
    else if (fd < 0)
        rc = err_set(err, ERR_IO, "cannot open %s: %m", path);
    else
        rc = read_all(fd, text, FILE_MAX, &n, err);
    if (rc == 0) {
        rc = wifi_file_parse(text, n, out, err);
        if (rc < 0)
            err_context(err, "%s", is_input ? "standard input" : path);
    }
    if (text != NULL)
        explicit_bzero(text, FILE_MAX);
    free(text);
    if (fd >= 0 && !is_input)
        close(fd);
    return rc;
}

static int ask(const char *ssid, struct wifi_file *out, struct err *err)
{
    struct wifi_network *network = &out->networks[0];
    char question[32 + WIFI_NETWORKS_SSID_SIZE];

    if (strlen(ssid) >= sizeof network->ssid)
        return subcommand_misuse(
            err, "a network's name has at most %d bytes", WIFI_NETWORKS_SSID_SIZE);
    snprintf(network->ssid, sizeof network->ssid, "%s", ssid);
    snprintf(question, sizeof question, "password of %s", ssid);

    int rc = secret_prompt_read(question, network->password, sizeof network->password, err);
    const char *why = rc == 0 ? wifi_networks_refuse(network) : NULL;

    out->count = 1;
    return why != NULL ? err_set(err, ERR_INVALID, "%s", why) : rc;
}

static int read_networks(const struct subcommand_call *call, struct wifi_file *out, struct err *err)
{
    const char *path = options_value(call->options, "networks");
    const char *ssid = options_value(call->options, "ssid");

    if ((path != NULL) + (ssid != NULL) != 1)
        return subcommand_misuse(err, "give the networks with --networks FILE, or one with --ssid");
    return path != NULL ? read_file(path, out, err) : ask(ssid, out, err);
}

// To whom, without the networks. SUBCOMMAND_OK or SUBCOMMAND_USAGE.
static int make_wish(const struct subcommand_call *call, json_t *wish, struct err *err)
{
    static const int64_t range[2] = {0, 10000};
    const struct options *options = call->options;
    const char *state = options_value(options, "state");
    const char *image = options_value(options, "image");
    bool all = options_has(options, "all");
    bool filtered = selection_is_given(options);
    int64_t canaries = 1;
    json_t *macs;

    if (options_number(options, "canary", range, &canaries, err) < 0)
        return SUBCOMMAND_USAGE;
    if ((options->argument_count > 0) + all + (state != NULL || image != NULL) + filtered != 1)
        return subcommand_misuse(
            err, "give MACs, or --all, or --state and --image, or --filter and --group");
    if (state != NULL)
        json_object_set_new(wish, "state", json_string(state));
    if (image != NULL)
        json_object_set_new(wish, "image", json_string(image));
    if (all)
        json_object_set_new(wish, "all", json_true());
    json_object_set_new(wish, "canaries", json_integer(canaries));
    json_object_set_new(wish, "skip", json_boolean(options_has(options, "skip")));
    if (options->argument_count == 0)
        return SUBCOMMAND_OK;
    macs = json_array();
    json_object_set_new(wish, "macs", macs);
    for (size_t i = 0; i < options->argument_count; i++) {
        char mac[MAC_SIZE];

        if (subcommand_read_mac(options->arguments[i], mac, err) != SUBCOMMAND_OK)
            return SUBCOMMAND_USAGE;
        json_array_append_new(macs, json_string(mac));
    }
    return SUBCOMMAND_OK;
}

static void print_left_out(const json_t *answer)
{
    size_t i;
    json_t *it;

    json_array_foreach(json_object_get(answer, "devices"), i, it)
    {
        if (!field_has(it, "reason"))
            continue;
        text_line(stderr, "%s: %s", field_text(it, "mac", "-"), field_text(it, "reason", "-"));
    }
}

static void print_ordered(const json_t *answer)
{
    long long batch = field_integer(answer, "batch", 0);
    size_t counts[2] = {0}; // canaries and others
    size_t i;
    json_t *it;

    json_array_foreach(json_object_get(answer, "devices"), i, it)
    {
        if (field_has(it, "id"))
            counts[field_integer(it, "wave", 0) > 0]++;
    }
    printf("batch %lld: %zu device%s", batch, counts[0] + counts[1],
        counts[0] + counts[1] == 1 ? "" : "s");
    if (counts[1] > 0)
        printf(", of which %zu %s first", counts[0], counts[0] == 1 ? "goes" : "go");
    printf("; follow it with `secureesp wifi status %lld`\n", batch);
}

static int post(const struct subcommand_call *call, const char *text, struct err *err)
{
    json_t *refusal = NULL;
    json_t *answer = NULL;
    struct client *client;
    struct client_request request = {.method = "POST",
        .path = "/api/v1/wifi",
        .body = (const uint8_t *)text,
        .size_bytes = strlen(text),
        .type = "application/json",
        .refusal = &refusal,
        .once = true};
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = client_call(client, &request, &answer, err);
    client_close(client);
    print_left_out(rc < 0 ? refusal : answer);
    json_decref(refusal);
    if (rc < 0)
        return rc;
    if (!call->json)
        print_ordered(answer);
    else
        rc = output_json(json_incref(answer), err);
    json_decref(answer);
    return rc;
}

static int send(
    const struct subcommand_call *call, json_t *wish, const struct wifi_file *file, struct err *err)
{
    json_t *networks = json_array();
    char *text;

    for (size_t i = 0; i < file->count; i++)
        json_array_append_new(networks, json_pack("{ss ss}", "ssid", file->networks[i].ssid,
                                            "password", file->networks[i].password));
    json_object_set_new(wish, "networks", networks);
    text = json_dumps(wish, JSON_COMPACT);
    if (text == NULL) // also for a name that is no UTF-8
        return err_set(err, ERR_INVALID, "the networks cannot be put into a request");

    int rc = post(call, text, err);

    explicit_bzero(text, strlen(text));
    free(text);
    return rc;
}

// Which devices the filters mean.
static int select_filtered(const struct subcommand_call *call, struct client *client, json_t *wish,
    int64_t *count, struct err *err)
{
    json_t *filters = NULL;
    int rc = selection_read(call->options, client, &filters, err);

    if (rc == 0)
        rc = selection_count(client, filters, "", count, err);
    if (rc == 0)
        json_object_set(wish, "filters", filters);
    json_decref(filters);
    return rc;
}

static int count_devices(
    const struct subcommand_call *call, struct client *client, int64_t *count, struct err *err)
{
    const char *state = options_value(call->options, "state");
    const char *image = options_value(call->options, "image");
    struct url url;
    int rc;

    url_init(&url, "/api/v1/devices/count");
    if (state != NULL)
        url_query(&url, "state", state);
    if (image != NULL)
        url_query(&url, "image", image);
    rc = selection_count_at(client, url_text(&url), count, err);
    url_clear(&url);
    return rc;
}

// Those that are not named one by one; asks.
static int select_devices(const struct subcommand_call *call, json_t *wish, struct err *err)
{
    struct client *client;
    int64_t count = 0;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = selection_is_given(call->options) ? select_filtered(call, client, wish, &count, err)
                                           : count_devices(call, client, &count, err);
    client_close(client);
    if (rc < 0)
        return rc;
    return options_has(call->options, "all") ? confirm_all(call, count, "new networks", err)
                                             : confirm_change(call, count, "new networks", err);
}

int wifi_set_run(const struct subcommand_call *call, struct err *err)
{
    struct wifi_file file = {.count = 0};
    json_t *wish = json_object();
    int rc = make_wish(call, wish, err);

    if (rc == SUBCOMMAND_OK && call->options->argument_count == 0)
        rc = select_devices(call, wish, err);
    if (rc == SUBCOMMAND_OK)
        rc = read_networks(call, &file, err);
    if (rc == SUBCOMMAND_OK)
        rc = send(call, wish, &file, err);
    explicit_bzero(&file, sizeof file);
    json_decref(wish);
    return rc;
}
