#ifndef LX106_MULTIPLY_ADD_H
#define LX106_MULTIPLY_ADD_H

// The innermost loop of Mbed TLS's arithmetic (its bn_mul.h): d[i] += s[i] * b with carry c. The
// processor multiplies 16 by 16 bits: four such products make one of 32 by 32, in 22 instructions
// where the compiler takes 36.

#define MULTIPLY_ADD_INIT                                                                          \
    {                                                                                              \
        mbedtls_mpi_uint b_high = b >> 16;                                                         \
        mbedtls_mpi_uint carry_high = 0x10000;                                                     \
        mbedtls_mpi_uint low;                                                                      \
        mbedtls_mpi_uint high;                                                                     \
        mbedtls_mpi_uint middle;                                                                   \
        mbedtls_mpi_uint t;

// clang-format off: its versions differ in assembly
#define MULTIPLY_ADD_CORE                                                                          \
    __asm__ volatile("l32i   %[t], %[s], 0\n\t"                                                    \
                     "addi   %[s], %[s], 4\n\t"                                                    \
                     "mul16u %[low], %[t], %[b]\n\t"                                               \
                     "mul16u %[middle], %[t], %[b_high]\n\t"                                       \
                     "extui  %[t], %[t], 16, 16\n\t"                                               \
                     "mul16u %[high], %[t], %[b_high]\n\t"                                         \
                     "mul16u %[t], %[t], %[b]\n\t"                                                 \
                     "add    %[middle], %[middle], %[t]\n\t"                                       \
                     "bgeu   %[middle], %[t], 1f\n\t"                                              \
                     "add    %[high], %[high], %[carry_high]\n"                                    \
                     "1:\tslli %[t], %[middle], 16\n\t"                                            \
                     "add    %[low], %[low], %[t]\n\t"                                             \
                     "extui  %[middle], %[middle], 16, 16\n\t"                                     \
                     "bgeu   %[low], %[t], 2f\n\t"                                                 \
                     "addi   %[high], %[high], 1\n"                                                \
                     "2:\tadd %[low], %[low], %[c]\n\t"                                            \
                     "bgeu   %[low], %[c], 3f\n\t"                                                 \
                     "addi   %[high], %[high], 1\n"                                                \
                     "3:\tl32i %[t], %[d], 0\n\t"                                                  \
                     "add    %[c], %[high], %[middle]\n\t"                                         \
                     "add    %[low], %[low], %[t]\n\t"                                             \
                     "bgeu   %[low], %[t], 4f\n\t"                                                 \
                     "addi   %[c], %[c], 1\n"                                                      \
                     "4:\ts32i %[low], %[d], 0\n\t"                                                \
                     "addi   %[d], %[d], 4"                                                        \
                     : [s] "+r"(s), [d] "+r"(d), [c] "+r"(c), [low] "=&r"(low),                    \
                     [high] "=&r"(high), [middle] "=&r"(middle), [t] "=&r"(t)                      \
                     : [b] "r"(b), [b_high] "r"(b_high), [carry_high] "r"(carry_high)              \
                     : "memory");
// clang-format on

#define MULTIPLY_ADD_EIGHT                                                                         \
    MULTIPLY_ADD_CORE MULTIPLY_ADD_CORE MULTIPLY_ADD_CORE MULTIPLY_ADD_CORE MULTIPLY_ADD_CORE      \
        MULTIPLY_ADD_CORE MULTIPLY_ADD_CORE MULTIPLY_ADD_CORE

#define MULTIPLY_ADD_STOP }

#endif
