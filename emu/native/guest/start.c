/* Where the harness enters a recompiled program: _cstart, the program's own or this one, as the
 * Pi's start code calls it. The program's bss is zero already. */
void emu_guest_start(void);
void _cstart(void);
void libpi_run(void);
void rpi_reboot(void);

__attribute__((weak)) void _cstart(void)
{
    libpi_run();
}

void emu_guest_start(void)
{
    _cstart();
    /* One of a program may return. */
    rpi_reboot();
}
