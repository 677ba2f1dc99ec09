/* The gdb commands travel inside every program: gdb reads them from this section when its auto-load
 * safe path lets it (docs/gdb.md). Each entry: 4, a name, a newline, the Python text, 0 ("Debugging
 * with GDB", The .debug_gdb_scripts section). */
    .section .debug_gdb_scripts,"",%progbits
    .byte 4
    .ascii "pi.py\n"
    .incbin "emu/gdb/pi.py"
    .byte 0
    .byte 4
    .ascii "pi-stop.py\n"
    .incbin "emu/gdb/pi-stop.py"
    .byte 0

    .section .rodata
    .globl emu_gdb_scripts
emu_gdb_scripts: /* what makes the linker take this file */
    .asciz "pi.py"
    .section .note.GNU-stack,"",%progbits
