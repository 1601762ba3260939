// The start of the program, and the exception vectors: 0 to 0x7f behind VECBASE.

#define FRAME 80
#define FRAME_SAR 64
#define FRAME_CAUSE 68
#define FRAME_PC 72
#define FRAME_ADDRESS 76

    .section .vectors, "ax"
    .align 16
    .global vectors
vectors:
    .org 0x30 // kernel exception: none happens in kernel mode but while one is served
    j kernel_exception
    .org 0x50 // user exception: interrupts of level 1, faults
    j user_exception
    .org 0x70 // double exception
    j double_exception
    .org 0x80

    .section .iram.text, "ax"
    .align 4
    .literal_position
kernel_exception:
user_exception:
    addi a1, a1, -FRAME
    s32i a0, a1, 0
    s32i a2, a1, 8
    s32i a3, a1, 12
    s32i a4, a1, 16
    s32i a5, a1, 20
    s32i a6, a1, 24
    s32i a7, a1, 28
    s32i a8, a1, 32
    s32i a9, a1, 36
    s32i a10, a1, 40
    s32i a11, a1, 44
    s32i a12, a1, 48
    s32i a13, a1, 52
    s32i a14, a1, 56
    s32i a15, a1, 60
    addi a2, a1, FRAME
    s32i a2, a1, 4
    rsr a2, sar
    s32i a2, a1, FRAME_SAR
    rsr a2, exccause
    s32i a2, a1, FRAME_CAUSE
    rsr a2, epc1
    s32i a2, a1, FRAME_PC
    rsr a2, excvaddr
    s32i a2, a1, FRAME_ADDRESS
    mov a2, a1
    movi a0, exception_handle
    callx0 a0
    l32i a2, a1, FRAME_SAR
    wsr a2, sar
    l32i a15, a1, 60
    l32i a14, a1, 56
    l32i a13, a1, 52
    l32i a12, a1, 48
    l32i a11, a1, 44
    l32i a10, a1, 40
    l32i a9, a1, 36
    l32i a8, a1, 32
    l32i a7, a1, 28
    l32i a6, a1, 24
    l32i a5, a1, 20
    l32i a4, a1, 16
    l32i a3, a1, 12
    l32i a2, a1, 8
    l32i a0, a1, 0
    addi a1, a1, FRAME
    rfe

double_exception:
    movi a1, _stack_top
    movi a0, crash_double_exception
    callx0 a0

// a2: first word, a3: behind the last, a4: the word to fill with
fill:
    bgeu a2, a3, 1f
    s32i a4, a2, 0
    addi a2, a2, 4
    j fill
1:  ret

    .global _start
_start:
    movi a2, 0x2f // user vector, no interrupts yet
    wsr a2, ps
    rsync
    movi a2, 0
    wsr a2, intenable
    movi a2, vectors
    wsr a2, vecbase
    movi a1, _stack_top
    movi a2, _bss_start
    movi a3, _bss_end
    movi a4, 0
    call0 fill
    movi a2, _stack_bottom // painted, so that one sees how far it was used
    movi a3, _stack_top
    movi a4, 0x5a5a5a5a
    call0 fill
    movi a0, chip_start // with its watchdog, whatever the program does
    callx0 a0
    movi a0, main
    callx0 a0
    movi a0, reset_board
    callx0 a0
