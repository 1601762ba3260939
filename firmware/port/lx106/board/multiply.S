// Integer helpers that the compiler calls and that sit in the chip's mask ROM, not in its libgcc.

// a3:a2 = a2 * a3, unsigned, by four 16 by 16 bit multiplications
    .section .text.umulsidi3, "ax"
    .align 4
    .global __umulsidi3
    .type __umulsidi3, @function
__umulsidi3:
    extui a4, a2, 16, 16
    extui a5, a3, 16, 16
    mul16u a6, a4, a3  // high a * low b
    mul16u a7, a2, a5  // low a * high b
    mul16u a2, a2, a3  // low a * low b
    mul16u a3, a4, a5  // high a * high b
    add a6, a6, a7
    bgeu a6, a7, 1f
    movi a8, 1
    slli a8, a8, 16
    add a3, a3, a8
1:  extui a8, a6, 16, 16
    slli a6, a6, 16
    add a3, a3, a8
    add a2, a2, a6
    bgeu a2, a6, 2f
    addi a3, a3, 1
2:  ret
