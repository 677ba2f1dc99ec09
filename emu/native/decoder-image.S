/* The decoder as a program for the machine that built this (emu/native/decode.c); empty where this
 * is a program for that machine itself, which loads the library. */
    .section .rodata
    .globl decoder_image, decoder_image_end
decoder_image:
#ifdef DECODER_IMAGE
    .incbin DECODER_IMAGE
#endif
decoder_image_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
