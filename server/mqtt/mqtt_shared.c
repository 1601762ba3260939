// What a client's threads have in common.
#include "server/mqtt/mqtt_shared.h"

#include <mqtt_protocol.h>
#include <sys/eventfd.h>
#include <unistd.h>

int mqtt_shared_init(struct mqtt_shared *shared)
{
    *shared = (struct mqtt_shared){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (shared->wake_fd < 0)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&shared->mutex, NULL);
    return 0;
}

void mqtt_shared_clear(struct mqtt_shared *shared)
{
    close(shared->wake_fd);
    pthread_mutex_destroy(&shared->mutex);
}

void mqtt_shared_wake(struct mqtt_shared *shared)
{
    uint64_t one = 1;

    if (write(shared->wake_fd, &one, sizeof one) < 0)
        return; // it is awake
}

static bool read_flag(struct mqtt_shared *shared, const bool *flag)
{
    pthread_mutex_lock(&shared->mutex);

    bool value = *flag;

    pthread_mutex_unlock(&shared->mutex);
    return value;
}

static void set_flag(struct mqtt_shared *shared, bool *flag)
{
    pthread_mutex_lock(&shared->mutex);
    *flag = true;
    pthread_mutex_unlock(&shared->mutex);
}

void mqtt_shared_stop(struct mqtt_shared *shared)
{
    set_flag(shared, &shared->stopping);
    mqtt_shared_wake(shared);
}

bool mqtt_shared_is_stopping(struct mqtt_shared *shared)
{
    return read_flag(shared, &shared->stopping);
}

bool mqtt_shared_abandon(struct mqtt_shared *shared)
{
    pthread_mutex_lock(&shared->mutex);

    bool abandoned = shared->abandoned = shared->connecting;

    pthread_mutex_unlock(&shared->mutex);
    return abandoned;
}

bool mqtt_shared_is_abandoned(struct mqtt_shared *shared)
{
    return read_flag(shared, &shared->abandoned);
}

void mqtt_shared_set(struct mqtt_shared *shared, struct mosquitto *mosq, bool connecting)
{
    pthread_mutex_lock(&shared->mutex);
    shared->mosq = mosq;
    shared->connecting = connecting;
    shared->connected = false;
    pthread_mutex_unlock(&shared->mutex);
}

void mqtt_shared_set_connected(struct mqtt_shared *shared)
{
    set_flag(shared, &shared->connected);
}

bool mqtt_shared_is_connected(struct mqtt_shared *shared)
{
    return read_flag(shared, &shared->connected);
}

int mqtt_shared_publish(struct mqtt_shared *shared, const struct mqtt_shared_message *message)
{
    int code = MOSQ_ERR_NO_CONN;

    if (message->n > MQTT_MAX_PAYLOAD)
        return ERR_INVALID;
    pthread_mutex_lock(&shared->mutex);
    if (shared->connected)
        code = mosquitto_publish(shared->mosq, NULL, message->topic, (int)message->n,
            message->payload, 1, message->is_retained);
    pthread_mutex_unlock(&shared->mutex);
    switch (code) {
    case MOSQ_ERR_SUCCESS: mqtt_shared_wake(shared); return 0;
    case MOSQ_ERR_NOMEM: return ERR_NO_MEMORY;
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_MALFORMED_UTF8:
    case MOSQ_ERR_PAYLOAD_SIZE: return ERR_INVALID;
    default: return ERR_UNAVAILABLE;
    }
}
