/* Where the harness enters a recompiled program: libpi's own C start-up, as the Pi's start code
 * calls it. */
void emu_guest_start(void);
void libpi_run(void);

void emu_guest_start(void)
{
    libpi_run();
}
