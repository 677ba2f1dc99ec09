/* The device loop, as my-install and every .emu boot it. Empty without an ARM compiler. */
    .section .rodata
    .globl loop_image, loop_image_end
loop_image:
#ifdef HAVE_DEVICE_LOOP
    .incbin "pi-side/device-loop.bin"
#endif
loop_image_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
