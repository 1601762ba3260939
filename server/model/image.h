#ifndef MODEL_IMAGE_H
#define MODEL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image_descriptor.h"
#include "common/image_name.h"
#include "server/model/channel.h"

#define IMAGE_KEY_ID_SIZE 65 // SHA-256 of the SubjectPublicKeyInfo as hex
#define IMAGE_SHA256_SIZE 65
#define IMAGE_MD5_SIZE 33

enum image_state {
    IMAGE_ADDED,     // stored, never offered
    IMAGE_PUBLISHED, // offered
    IMAGE_WITHDRAWN, // was offered, is no more
    IMAGE_STATE_COUNT
};

// Which layout of flash, and with it which boot loader, an image is made for. A device that
// installs an image of another layout than its own never starts again.
enum image_layout {
    IMAGE_LAYOUT_UNREAD, // added by a daemon that did not look
    IMAGE_LAYOUT_OTHER,  // no program for a real board, as far as its first bytes tell
    IMAGE_LAYOUT_SKETCH, // Arduino's
    IMAGE_LAYOUT_SDK,    // of Espressif's ESP8266_RTOS_SDK
    IMAGE_LAYOUT_COUNT
};

// An image as the store knows it.
struct image {
    struct image_name name;
    enum image_state state;
    enum image_layout layout;
    int64_t size_bytes;
    char sha256[IMAGE_SHA256_SIZE];
    char md5[IMAGE_MD5_SIZE];
    char signer[IMAGE_KEY_ID_SIZE]; // the known key that verifies it, or ""
    char embeds_from[16];           // "descriptor", "pem", "operator" or "unknown"
    size_t embeds_count;
    char embeds[IMAGE_DESCRIPTOR_KEYS_MAX][IMAGE_KEY_ID_SIZE];
    int64_t added_at_ms;
    int64_t published_at_ms; // 0 if never
    bool must_pass;          // while it is published, no device goes past it
    enum channel channel;    // to whom it is published, or was last
    bool was_stable;         // of one in beta: devices of stable may have got it before
};

// A key that verifies images.
struct image_key {
    char id[IMAGE_KEY_ID_SIZE];
    char name[64]; // the operator's name for it
    char algorithm[16];
    uint8_t der[IMAGE_DESCRIPTOR_KEY_MAX]; // SubjectPublicKeyInfo
    size_t der_size;
    int64_t added_at_ms;
    int64_t retired_at_ms; // 0: it is in use
};

const char *image_state_name(enum image_state state); // "added", "published", "withdrawn"

// "sketch", "sdk", or NULL where the layout is not known.
const char *image_layout_name(enum image_layout layout);

// Whether they have the same name, the same bytes, and embed the same keys as far as is known.
bool image_is_same(const struct image *a, const struct image *b);

#endif
