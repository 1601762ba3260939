#ifndef FIRMWARE_PORT_PORT_H
#define FIRMWARE_PORT_PORT_H

#include <stddef.h>
#include <stdint.h>

// The seam between the portable core and what it runs on. A port embeds struct port as its first
// member; core calls nothing of the outside but these functions and never blocks in them longer
// than a flash sector's erasure takes.

#define PORT_AGAIN (-1)  // nothing now, try again later
#define PORT_FAILED (-2) // the medium or the network said no
#define PORT_ABSENT (-3) // no such file

#define PORT_FILE_NAME_MAX 31 // as SPIFFS has it
#define PORT_SLOTS 2
#define PORT_RECORDS 2 // copies of the slot record

enum port_led {
    PORT_LED_OFF,
    PORT_LED_SMARTCONFIG, // 10 flashes a second
    PORT_LED_CONNECTING,  // 500 ms on, 500 ms off
    PORT_LED_CONNECTED,   // a short flash every 2 s
};

enum port_link {
    PORT_LINK_DOWN,
    PORT_LINK_SMARTCONFIG, // waits for its Wi-Fi credentials
    PORT_LINK_UP,
};

struct port_link_info {
    char ip[16]; // dotted, "" while unknown
    int rssi;    // dBm
};

enum port_log {
    PORT_LOG_ERROR,
    PORT_LOG_WARNING,
    PORT_LOG_INFO,
    PORT_LOG_DEBUG,
};

struct port;

struct port_ops {
    // The one TCP stream. open starts to connect, ready says how far that is: 0 connected,
    // PORT_AGAIN, or PORT_FAILED. send and receive return bytes, PORT_AGAIN or PORT_FAILED; receive
    // returns 0 at the peer's end. close may be called at any time.
    int (*stream_open)(struct port *port, const char *host, uint16_t tcp_port);
    int (*stream_ready)(struct port *port);
    int (*stream_send)(struct port *port, const uint8_t *p, size_t n);
    int (*stream_receive)(struct port *port, uint8_t *p, size_t n);
    void (*stream_close)(struct port *port);

    // Image slots, 0 or PORT_FAILED. A sector must be erased before it is written; a write lies
    // within the slot and may be torn by a power cut. sync returns when all writes are durable.
    int (*slot_read)(struct port *port, unsigned slot, size_t offset, uint8_t *p, size_t n);
    int (*slot_erase)(struct port *port, unsigned slot, size_t sector_offset);
    int (*slot_write)(struct port *port, unsigned slot, size_t offset, const uint8_t *p, size_t n);
    int (*slot_sync)(struct port *port, unsigned slot);

    // Bytes of the image that slot 0 left the factory with; 0 if there is none.
    size_t (*factory_size)(struct port *port);

    // The two copies of the slot record, each of a place of its own: a write of one may be torn but
    // never touches the other. Durable on return. 0, PORT_ABSENT or PORT_FAILED.
    int (*record_read)(struct port *port, unsigned copy, uint8_t *p, size_t n);
    int (*record_write)(struct port *port, unsigned copy, const uint8_t *p, size_t n);

    // Small files. read returns the size (more than n: too large, contents undefined), PORT_ABSENT
    // or PORT_FAILED. write replaces all of it, and after a power cut the file holds the old or the
    // new contents, nothing else; durable on return. remove of an absent file is 0.
    int (*file_read)(struct port *port, const char *name, uint8_t *p, size_t n);
    int (*file_write)(struct port *port, const char *name, const uint8_t *p, size_t n);
    int (*file_remove)(struct port *port, const char *name);

    // Milliseconds since some moment, wraps at 32 bit; seconds since 1970, 0 until the clock is
    // set.
    uint32_t (*now_ms)(struct port *port);
    int64_t (*unix_time)(struct port *port);
    // Begins to set the clock from that SNTP server.
    void (*clock_start)(struct port *port, const char *ntp_server);

    // Fills p with random bytes fit for keys: 0 or PORT_FAILED.
    int (*random)(struct port *port, uint8_t *p, size_t n);

    // The Wi-Fi link; the port keeps its credentials and reconnects by itself once started.
    void (*link_start)(struct port *port);
    enum port_link (*link_state)(struct port *port, struct port_link_info *info);

    void (*led)(struct port *port, enum port_led pattern);
    uint32_t (*free_heap)(struct port *port); // bytes

    // One line, without its end and never with a secret, for whoever watches the serial line.
    void (*log)(struct port *port, enum port_log level, const char *line);

    // Restarts the device. It may return: core then does nothing more until it is initialised anew.
    void (*reboot)(struct port *port);
};

struct port {
    const struct port_ops *ops;
    size_t slot_size;   // bytes
    size_t sector_size; // bytes that slot_erase erases; divides slot_size
};

#endif
