#ifndef TEST_UNIT_HPKE_VECTOR_H
#define TEST_UNIT_HPKE_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// RFC 9180, A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM in base mode, and its
// encryption of sequence number 0. The rest of A.3 is of other modes, other sequence numbers, and
// of exported secrets, which nobody here asks for.

#define HPKE_VECTOR_INFO "4f6465206f6e2061204772656369616e2055726e"
#define HPKE_VECTOR_EPHEMERAL "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb"
#define HPKE_VECTOR_ENCAPSULATED                                                                   \
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"                           \
    "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
#define HPKE_VECTOR_PRIVATE "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2"
#define HPKE_VECTOR_PUBLIC                                                                         \
    "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a82"                           \
    "6a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0"
// Not in the RFC: the x-coordinate of the ephemeral number times the recipient's point.
#define HPKE_VECTOR_SHARED "13f918529458d2542531406888c8a6d4ea7ff473a6f4db452ac3c4ae1d01cea1"
#define HPKE_VECTOR_CONTEXT                                                                        \
    "00b88d4e6d91759e65e87c470e8b9141113e9ad5f0c8ceefc1e088c82e6980500798e486f9c9c09c9b5c"         \
    "753ac72d6005de254c607d1b534ed11d493ae1c1d9ac85"
#define HPKE_VECTOR_SECRET "2eb7b6bf138f6b5aff857414a058a3f1750054a9ba1f72c2cf0684a6f20b10e1"
#define HPKE_VECTOR_KEY "868c066ef58aae6dc589b6cfdd18f97e"
#define HPKE_VECTOR_NONCE "4e0bc5018beba4bf004cca59"
#define HPKE_VECTOR_AAD "436f756e742d30"
#define HPKE_VECTOR_TEXT "4265617574792069732074727574682c20747275746820626561757479"
#define HPKE_VECTOR_SEALED                                                                         \
    "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"

static inline unsigned hpke_vector_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

// Writes the bytes of hex digits, lower case; returns how many.
static inline size_t hpke_vector_bytes(const char *hex, uint8_t *out)
{
    size_t n = strlen(hex) / 2;

    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(hpke_vector_digit(hex[2 * i]) << 4 | hpke_vector_digit(hex[2 * i + 1]));
    return n;
}

#endif
