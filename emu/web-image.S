/* The server of --web as a program (emu/web/main.c), for emu/web.c to start; empty when libmicrohttpd
 * was missing where this was built. */
    .section .rodata
    .globl web_image, web_image_end
web_image:
#ifdef WEB_IMAGE
    .incbin WEB_IMAGE
#endif
web_image_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
