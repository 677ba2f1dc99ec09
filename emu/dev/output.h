/* emu/dev/output.h - a device's outputs, as far as pins in an ALT function carry them. The device
 * can tell their level at this moment; emu/dev/alt.c asks for it when somebody wants to know. */
#ifndef EMU_DEV_OUTPUT_H
#define EMU_DEV_OUTPUT_H

/* Filled in by emu/dev/alt.c. Zero: on no pin. */
struct dev_output {
    void *self;
    void (*moved)(void *self); /* somebody hears every edge; null: nobody does */
    int *stale;                /* nobody does, but a pin shows it: to be set; may be null */
};

/* The outputs, or their next edges, may have changed by something else than time. */
static inline void dev_output_moved(const struct dev_output *o)
{
    if (o->moved)
        o->moved(o->self);
    else if (o->stale)
        *o->stale = 1;
}

#endif
