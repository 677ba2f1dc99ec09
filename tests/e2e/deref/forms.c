/* Loads and stores of volatile objects, in the forms C has for them: made once where the devices
 * are, and once in memory. Both must come to the same.
 *
 * NAME is the function's, so that one program holds what several compilers make of it.
 *
 * The devices are the system timer's compare registers: four words that keep what is written. A
 * write of 8 or 16 bits clears the rest of a register, so those are made to registers that are 0.
 */
#include "rpi.h"

enum { MAX_NOTES = 1024, WORDS = 4 };

static uint32_t *notes, seen_here[MAX_NOTES], seen_there[MAX_NOTES], lines[MAX_NOTES];
static unsigned nnotes;

static void note(uint32_t value, unsigned line)
{
    if (nnotes == MAX_NOTES)
        panic("too many notes\n");
    lines[nnotes] = line;
    notes[nnotes++] = value;
}

static void note64(uint64_t value, unsigned line)
{
    note((uint32_t)value, line);
    note((uint32_t)(value >> 32), line);
}

/* What the compiler must not know. */
static volatile uint32_t hidden = 1;

#define NOINLINE __attribute__((noinline))
#define FORMS forms_there
#define BASE 0x2000300cu
#include "forms-body.inc"
#undef FORMS
#undef BASE
#define FORMS forms_here
#define BASE 0x0300000cu
#include "forms-body.inc"

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)

void NAME(void);
void NAME(void)
{
    unsigned count, wrong = 0;

    nnotes = 0;
    notes = seen_there;
    forms_there_all();
    count = nnotes;
    notes = seen_here;
    nnotes = 0;
    forms_here_all();
    if (count != nnotes)
        panic("%d notes there, %d here\n", count, nnotes);
    for (unsigned i = 0; i < count; i++) {
        if (seen_here[i] != seen_there[i]) {
            printk("line %d: %x, should be %x\n", lines[i], seen_there[i], seen_here[i]);
            wrong++;
        }
    }
    printk("%s: %d wrong\n", TEXT(NAME), count > 300 ? wrong : 1000);
}
