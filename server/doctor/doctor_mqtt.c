// Packets of MQTT 3.1.1.
#include "server/doctor/doctor_mqtt.h"

#include <string.h>

#define CLIENT_ID_MAX 100
#define KEEP_ALIVE_S 10

size_t doctor_mqtt_connect(const char *client_id, uint8_t out[DOCTOR_MQTT_CONNECT_MAX])
{
    static const uint8_t head[] = {0, 4, 'M', 'Q', 'T', 'T', 4, 0x02, 0, KEEP_ALIVE_S};
    size_t n = strnlen(client_id, CLIENT_ID_MAX);

    out[0] = 0x10;
    out[1] = (uint8_t)(sizeof head + 2 + n);
    memcpy(out + 2, head, sizeof head);
    out[2 + sizeof head] = 0;
    out[3 + sizeof head] = (uint8_t)n;
    memcpy(out + 4 + sizeof head, client_id, n);
    return 4 + sizeof head + n;
}

int doctor_mqtt_answer(const uint8_t *p, size_t n)
{
    return n >= 4 && p[0] == 0x20 && p[1] == 2 ? p[3] : -1;
}
