/* The note by which my-install and emu recognise our programs (libunix/file.h). The front end itself
 * is kind 2; emu-cc assembles this file with the twin's numbers for each program, kind 1. */
#ifndef EMU_NOTE_KIND
#define EMU_NOTE_KIND 2
#endif
#ifndef EMU_NOTE_TWIN_CRC
#define EMU_NOTE_TWIN_CRC 0
#define EMU_NOTE_TWIN_NBYTES 0
#endif
    .section .note.pi-emu,"a",%note
    .balign 4
    .long 7             /* of the name */
    .long 16            /* of the description */
    .long 1             /* type */
    .asciz "pi-emu"
    .balign 4
    .long 1             /* version */
    .long EMU_NOTE_KIND
    .long EMU_NOTE_TWIN_CRC
    .long EMU_NOTE_TWIN_NBYTES
    .section .note.GNU-stack,"",%progbits
