#ifndef TEST_UNIT_FIRMWARE_FAKE_DEVICE_H
#define TEST_UNIT_FIRMWARE_FAKE_DEVICE_H

#include <stdlib.h>

#include "firmware/core/device.h"
#include "firmware/enrol/enrol.h"
#include "firmware/enrol/wifi.h"
#include "test/unit/firmware/fake_broker.h"

// A whole device on the fake port, with the broker and the download server at the other end of its
// stream, a clock that only moves when nothing else does, and somebody who switches it on again
// after each restart.

#define FAKE_MAC "84f3eb012345"
#define FAKE_SERVED 12
#define FAKE_RETRY_MS 1000
#define FAKE_WAIT_MS 20000
#define FAKE_STATUS_MS 60000
#define FAKE_CONFIG_HEAD                                                                           \
    "{\"downloadserver\":\"localhost\",\"downloadport\":443,\"downloadpath\":\"esp\","             \
    "\"waittimeout\":20000,\"retrytimeout\":1000,\"statusinterval\":60000,"

struct fake_served {
    char name[40];
    const void *p;
    size_t n;
};

struct fake_device {
    struct fake_broker broker; // first
    struct port_ops ops;
    struct device device;
    struct enrol enrol; // in place of the device while it is enrolling
    bool is_enrolling;
    struct device_options options;
    struct failure failure; // of the last start
    bool is_running;
    bool wants_reboot;
    unsigned reboots;
    unsigned lost_power;
    int next_cut; // operations until the power is cut again after it has come back, or NOR_NO_CUT
    enum nor_cut next_cut_kind;
    void (*on_start)(struct fake_device *f, void *ctx); // after each successful one, if set
    void *on_start_ctx;
    void (*on_post)(struct fake_device *f, void *ctx); // answers what is asked for in enrolment
    void *on_post_ctx;

    enum port_link link;
    const char *networks; // the file that the link was started with
    int64_t time;
    unsigned clock_starts;
    enum port_led led;

    struct made_key signer;
    uint8_t image1[MAKE_IMAGE_MAX]; // the factory's, B-1
    uint8_t image2[MAKE_IMAGE_MAX]; // B-2
    size_t image_size;              // of both
    struct fake_certificate own;
    char key_pem[FAKE_PEM_SIZE];
    struct fake_port fresh; // the flash as it left the factory
    struct fake_served served[FAKE_SERVED];
    char head[160];
    uint8_t answer[MAKE_IMAGE_MAX + 160];
};

static inline struct fake_device *fake_device_of(struct port *port)
{
    return (struct fake_device *)port;
}

static inline struct fake_port *fake_device_flash(struct fake_device *f)
{
    return &f->broker.server.port;
}

static inline int64_t fake_device_time(struct port *port)
{
    return fake_device_of(port)->time;
}

static inline void fake_device_clock(struct port *port, const char *ntp_server)
{
    (void)ntp_server;
    fake_device_of(port)->clock_starts++;
}

static inline void fake_device_link_start(struct port *port, const char *networks)
{
    fake_device_of(port)->networks = networks;
}

static inline enum port_link fake_device_link(struct port *port, struct port_link_info *info)
{
    snprintf(info->ip, sizeof info->ip, "192.0.2.7");
    info->rssi = -61;
    return fake_device_of(port)->link;
}

static inline void fake_device_led(struct port *port, enum port_led led)
{
    fake_device_of(port)->led = led;
}

static inline uint32_t fake_device_heap(struct port *port)
{
    (void)port;
    return 23456;
}

static inline void fake_device_reboot(struct port *port)
{
    fake_device_of(port)->wants_reboot = true;
}

// Without power nothing is sent.
static inline int fake_device_send(struct port *port, const uint8_t *p, size_t n)
{
    return fake(port)->power.is_off ? PORT_FAILED : fake_stream_send(port, p, n);
}

// Lets the download server have that file; a second one of the same name replaces the first.
static inline void fake_device_serve(
    struct fake_device *f, const char *name, const void *p, size_t n)
{
    size_t i = 0;

    while (f->served[i].name[0] != '\0' && strcmp(f->served[i].name, name) != 0)
        i++;
    assert(i < FAKE_SERVED);
    snprintf(f->served[i].name, sizeof f->served[i].name, "%s", name);
    f->served[i].p = p;
    f->served[i].n = n;
}

// The answer to a request: what is served under the name, query and all.
static inline void fake_device_choose(struct fake_server *server)
{
    struct fake_device *f = (struct fake_device *)server;
    const char *from = server->request + strlen("GET /esp/");
    size_t length = strcspn(from, " ");
    const struct fake_served *found = NULL;

    if (f->on_post != NULL && strncmp(server->request, "POST", 4) == 0) {
        f->on_post(f, f->on_post_ctx);
        return;
    }
    for (size_t i = 0; i < FAKE_SERVED; i++) {
        if (strlen(f->served[i].name) == length && memcmp(f->served[i].name, from, length) == 0)
            found = &f->served[i];
    }
    if (found == NULL)
        snprintf(f->head, sizeof f->head,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 12\r\n\r\nno such file");
    else if (found->p == NULL)
        snprintf(f->head, sizeof f->head, "HTTP/1.1 304 Not Modified\r\n\r\n");
    else
        snprintf(
            f->head, sizeof f->head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", found->n);
    server->answer_size = strlen(f->head);
    memcpy(f->answer, f->head, server->answer_size);
    if (found != NULL && found->p != NULL) {
        assert(found->n <= MAKE_IMAGE_MAX);
        memcpy(f->answer + server->answer_size, found->p, found->n);
        server->answer_size += found->n;
    }
    server->answer = f->answer;
}

static inline void fake_device_put_file(struct fake_device *f, const char *name, const char *text)
{
    int rc = files_write(&fake_device_flash(f)->port, name, (const uint8_t *)text, strlen(text));

    assert(rc == 0);
    (void)rc;
}

static inline bool fake_device_has_file(struct fake_device *f, const char *name)
{
    return fake_has_file(&fake_device_flash(f)->port, name);
}

static inline void fake_device_stop(struct fake_device *f)
{
    if (f->is_running && f->is_enrolling)
        enrol_clear(&f->enrol);
    else if (f->is_running)
        device_clear(&f->device);
    f->is_running = false;
    fake_broker_close(&fake_device_flash(f)->port);
}

static inline int fake_device_init(struct fake_device *f)
{
    struct port *port = &fake_device_flash(f)->port;
    enum need need = need_find(port, FAKE_MAC);

    f->is_enrolling = need != NEED_NONE;
    if (!f->is_enrolling)
        return device_init(&f->device, port, FAKE_MAC, &f->options, &f->failure);
    memset(&f->device, 0, sizeof f->device);
    return enrol_init(&f->enrol, port, FAKE_MAC, need, &f->failure);
}

// Switches the device on, again if the power fails at once. Returns what device_init() does, or
// enrol_init().
static inline int fake_device_start(struct fake_device *f)
{
    struct fake_port *flash = fake_device_flash(f);
    int rc;

    do {
        fake_device_stop(f);
        if (flash->power.is_off) {
            f->lost_power++;
            fake_power_on(flash);
            flash->power.ops_left = f->next_cut;
            flash->power.cut = f->next_cut == NOR_NO_CUT ? flash->power.cut : f->next_cut_kind;
            f->next_cut = NOR_NO_CUT;
        }
        f->wants_reboot = false;
        rc = fake_device_init(f);
    } while (rc != 0 && flash->power.is_off);
    f->is_running = rc == 0;
    if (f->is_running && !f->is_enrolling && f->on_start != NULL)
        f->on_start(f, f->on_start_ctx);
    return rc;
}

// Whether the device would be woken by its stream.
static inline bool fake_device_is_ready(struct fake_device *f)
{
    struct fake_server *server = &f->broker.server;

    if (!server->is_open)
        return false;
    if ((f->is_enrolling ? &f->enrol.tls : &f->device.tls)->phase == TLS_CONNECTING)
        return true;
    if (server->down.from == server->down.to)
        fake_server_run(server);
    return server->down.from != server->down.to || server->is_closed;
}

// Runs the device for limit_ms of its time, or until done says so: true. It is started anew
// whenever it wants to be, or loses its power. A device that is ready for ever, but does nothing,
// ends it too.
static inline bool fake_device_run(
    struct fake_device *f, uint32_t limit_ms, bool (*done)(struct fake_device *f))
{
    struct fake_port *flash = fake_device_flash(f);
    uint32_t left_ms = limit_ms;

    for (unsigned steps = 0; steps < 200000; steps++) {
        uint32_t wait_ms = f->is_enrolling ? enrol_step(&f->enrol) : device_step(&f->device);

        if (flash->power.is_off || f->wants_reboot) {
            f->reboots += f->wants_reboot && !flash->power.is_off;
            if (fake_device_start(f) != 0)
                return false;
            continue;
        }
        if (done != NULL && done(f))
            return true;
        if (wait_ms == 0 || fake_device_is_ready(f))
            continue;
        if (wait_ms > left_ms) {
            flash->now_ms += left_ms;
            return false;
        }
        flash->now_ms += wait_ms;
        left_ms -= wait_ms;
    }
    fprintf(stderr, "the device spins\n");
    abort();
}

// How many messages, from that one on, hold both texts.
static inline unsigned fake_device_count(
    const struct fake_device *f, size_t from, const char *topic, const char *text)
{
    unsigned n = 0;

    for (size_t i = from; i < f->broker.count; i++) {
        const struct fake_message *message = &f->broker.messages[i];

        n += strstr(message->topic, topic) != NULL && strstr(message->payload, text) != NULL;
    }
    return n;
}

static inline bool fake_device_is_confirmed(struct fake_device *f)
{
    return f->device.is_confirmed && f->device.events.used == 0;
}

static inline bool fake_device_is_idle(struct fake_device *f)
{
    return f->device.state == DEVICE_BROKER && f->device.mqtt.phase == MQTT_ONLINE &&
           f->device.is_confirmed && !f->device.is_working && f->device.queued == 0 &&
           f->device.events.used == 0 && f->device.mqtt.unsent_used == 0;
}

static inline void fake_device_order(
    struct fake_device *f, const char *name, int id, const char *payload)
{
    char topic[64];

    snprintf(topic, sizeof topic, "/command/" FAKE_MAC "/%s", name);
    fake_broker_publish(&f->broker, topic, payload, 1, (uint16_t)id, false);
}

static inline void fake_device_command(struct fake_device *f, const char *name, int id)
{
    char payload[32];

    snprintf(payload, sizeof payload, "{\"id\":%d}", id);
    fake_device_order(f, name, id, payload);
}

// Sends a command and runs the device until all is done, restarts included: false if it never is.
static inline bool fake_device_do(struct fake_device *f, const char *name, int id)
{
    fake_device_command(f, name, id);
    (void)fake_device_run(f, 3000, NULL);
    return fake_device_run(f, 20000, fake_device_is_idle);
}

static inline void fake_device_add_ops(struct fake_device *f)
{
    f->ops.unix_time = fake_device_time;
    f->ops.clock_start = fake_device_clock;
    f->ops.link_start = fake_device_link_start;
    f->ops.link_state = fake_device_link;
    f->ops.led = fake_device_led;
    f->ops.free_heap = fake_device_heap;
    f->ops.reboot = fake_device_reboot;
    f->ops.stream_send = fake_device_send;
}

// The flash as it left the factory, and nothing heard or sent.
static inline void fake_device_reset(struct fake_device *f)
{
    struct fake_port *flash = fake_device_flash(f);
    struct port port = flash->port;
    uint32_t now_ms = flash->now_ms;

    fake_device_stop(f);
    *flash = f->fresh;
    flash->port = port;
    flash->now_ms = now_ms;
    f->broker.count = 0;
    f->broker.wills = 0;
    f->reboots = 0;
    f->lost_power = 0;
    f->next_cut = NOR_NO_CUT;
}

static inline struct fake_device *fake_device_new(void)
{
    struct fake_device *f = calloc(1, sizeof *f);
    struct fake_server *server = &f->broker.server;

    assert(f != NULL);
    fake_broker_init(&f->broker, &f->ops);
    fake_device_add_ops(f);
    server->choose = fake_device_choose;
    f->options.trial_timeout_ms = 60000;
    f->options.stage_networks = wifi_stage;
    f->link = PORT_LINK_UP;
    f->time = 1700000000;
    f->next_cut = NOR_NO_CUT;
    FAKE_MAKE_KEY(&server->maker, &f->signer);
    f->image_size = make_image(&server->maker, "B-2", &f->signer, &f->signer, f->image2);
    server->port.factory_size =
        make_image(&server->maker, "B-1", &f->signer, &f->signer, f->image1);
    memcpy(server->port.slots[0], f->image1, server->port.factory_size);
    fake_issue(server, &server->ca, FAKE_MAC, &f->own, f->key_pem);
    fake_device_put_file(f, "config.json", FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\"}");
    fake_device_put_file(f, "ca.crt", server->ca.pem);
    fake_device_put_file(f, FAKE_MAC ".crt", f->own.pem);
    fake_device_put_file(f, FAKE_MAC ".key", f->key_pem);
    server->port.power.ops = 0;
    f->fresh = server->port;
    fake_device_serve(f, "firmware.bin?curimage=B-1", f->image2, f->image_size);
    fake_device_serve(f, "firmware.bin?curimage=B-2", NULL, 0);
    return f;
}

static inline void fake_device_free(struct fake_device *f)
{
    fake_device_stop(f);
    made_key_clear(&f->signer);
    fake_certificate_clear(&f->own);
    fake_server_clear(&f->broker.server);
    free(f);
}

#endif
