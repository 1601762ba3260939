// Reset: the processor starts here, in flash. Since flash cannot be written while code runs from it,
// the boot loader copies itself into memory that no program uses: where the chip has the cache of
// its flash, and the DRAM of its mask ROM.

    .section .reset, "ax"
    .global reset
reset:
    j 1f
    .balign 4
    .literal_position
1:  movi a2, 0x2f // user vector, no interrupts
    wsr a2, ps
    rsync
    movi a2, 0
    wsr a2, intenable
    movi a2, _text_load
    movi a3, _text_start
    movi a4, _text_end
2:  l32i a5, a2, 0
    s32i a5, a3, 0
    addi a2, a2, 4
    addi a3, a3, 4
    bltu a3, a4, 2b
    movi a3, _bss_start
    movi a4, _bss_end
    movi a5, 0
3:  s32i a5, a3, 0
    addi a3, a3, 4
    bltu a3, a4, 3b
    movi a2, boot_vectors
    wsr a2, vecbase
    movi a1, _stack_top
    movi a0, main
    jx a0

    .section .vectors, "ax"
    .align 16
    .global boot_vectors
boot_vectors: // no exception is expected here
    .org 0x30
    j 4f
    .org 0x50
    j 4f
    .org 0x70
    j 4f
    .org 0x80
    .literal_position
4:  movi a1, _stack_top
    movi a0, crash_double_exception
    callx0 a0
