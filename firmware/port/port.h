#ifndef FIRMWARE_PORT_PORT_H
#define FIRMWARE_PORT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The seam between the portable core and what it runs on. A port embeds struct port as its first
// member; core calls nothing of the outside but these functions and never blocks in them longer
// than a flash sector's erasure takes. Of the C library, malloc() and what calls it set errno to
// ENOMEM where there is no memory, by which core knows why a library has failed (core/memory.h).

#define PORT_AGAIN (-1)  // nothing now, try again later
#define PORT_FAILED (-2) // the medium or the network said no
#define PORT_ABSENT (-3) // no such file

#define PORT_FILE_NAME_MAX 31 // as SPIFFS has it
#define PORT_SLOTS 2

// The parts of the flash that are the device's: the two image slots, and its files.
enum port_region { PORT_SLOT_0, PORT_SLOT_1, PORT_FILES };

#define PORT_SLOT(number) ((enum port_region)(PORT_SLOT_0 + (number)))

enum port_led {
    PORT_LED_OFF,
    PORT_LED_SMARTCONFIG, // 10 flashes a second
    PORT_LED_CONNECTING,  // 500 ms on, 500 ms off
    PORT_LED_CONNECTED,   // a short flash every 2 s
};

enum port_link {
    PORT_LINK_DOWN,
    PORT_LINK_SMARTCONFIG, // waits for its Wi-Fi credentials, as there is no such file
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
    // PORT_AGAIN, or PORT_FAILED, with errno telling why if that is known. send and receive return
    // bytes, PORT_AGAIN or PORT_FAILED; receive returns 0 at the peer's end. close may be called at
    // any time.
    int (*stream_open)(struct port *port, const char *host, uint16_t tcp_port);
    int (*stream_ready)(struct port *port);
    int (*stream_send)(struct port *port, const uint8_t *p, size_t n);
    int (*stream_receive)(struct port *port, uint8_t *p, size_t n);
    void (*stream_close)(struct port *port);

    // Raw NOR flash, 0 or PORT_FAILED. Offsets are the region's own; what is outside it fails.
    // Erasing sets a sector's bits to 1, writing sets bits to 0; a power cut may leave either half
    // done. sync returns when all writes are durable.
    int (*flash_read)(
        struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n);
    int (*flash_erase)(struct port *port, enum port_region region, size_t sector_offset);
    int (*flash_write)(
        struct port *port, enum port_region region, size_t offset, const uint8_t *p, size_t n);
    int (*flash_sync)(struct port *port, enum port_region region);

    // Bytes of the image that slot 0 left the factory with, its body at least; 0 if there is none.
    size_t (*factory_size)(struct port *port);

    // Milliseconds since some moment, wraps at 32 bit; seconds since 1970, 0 until the clock is
    // set.
    uint32_t (*now_ms)(struct port *port);
    int64_t (*unix_time)(struct port *port);
    // Begins to set the clock from that SNTP server.
    void (*clock_start)(struct port *port, const char *ntp_server);

    // Fills p with random bytes: 0 or PORT_FAILED. They must be fit for keys once link_state() has
    // said PORT_LINK_UP: core asks for those at each connection, and not before. What it may ask
    // for earlier only spreads its pauses.
    int (*random)(struct port *port, uint8_t *p, size_t n);

    // The Wi-Fi link: once started the port joins one of the networks that a file of the device's
    // has (common/wifi_networks.h; core/files.h), the first one that it can, and reconnects by
    // itself. networks is that file's name, which stays where it is. Called again, it says in which
    // file they are from now on; a link that is up stays so.
    void (*link_start)(struct port *port, const char *networks);
    enum port_link (*link_state)(struct port *port, struct port_link_info *info);

    void (*led)(struct port *port, enum port_led pattern);
    uint32_t (*free_heap)(struct port *port); // bytes

    // One line, without its end and never with a secret, for whoever watches the serial line.
    void (*log)(struct port *port, enum port_log level, const char *line);

    // Restarts the device. It may return: core then does nothing more until it is initialised anew.
    void (*reboot)(struct port *port);

    // Why the run before this one ended, as "watchdog" or "exception 20 at 0x40212345", NUL
    // terminated within size bytes; "" if by power-on or its own reboot.
    void (*last_reset)(struct port *port, char *out, size_t size);

    // retained_size bytes that a restart leaves as they are. After a power cut anything may be
    // found there.
    void (*retained_read)(struct port *port, uint8_t *p, size_t n);
    void (*retained_write)(struct port *port, const uint8_t *p, size_t n);
};

struct port {
    const struct port_ops *ops;
    size_t slot_size;     // bytes of each slot
    size_t files_size;    // bytes of PORT_FILES
    size_t sector_size;   // bytes that flash_erase erases; divides slot_size
    size_t retained_size; // bytes of retained memory; TLS_RETAIN_SIZE (core/tls_retain.h) are used
    bool has_boot_loader; // one has counted this start and chosen the slot (slots_start())
};

#endif
