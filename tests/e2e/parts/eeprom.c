/* Writes an EEPROM page, waits for it by asking, and reads it back. */
#include "i2c.inc"

enum { CHIP = 0x50 };

static int at(unsigned address)
{
    i2c_start();
    return i2c_put(CHIP << 1) && i2c_put(address >> 8) && i2c_put(address & 0xff);
}

void notmain(void)
{
    static const char text[] = "kept in the chip";
    char back[sizeof text];
    unsigned polls = 1, start;

    i2c_start();
    printk("nobody at 0x51: %d\n", i2c_put(0x51 << 1));
    i2c_stop();
    printk("ack %d\n", at(0x1240));
    for (unsigned i = 0; i < sizeof text; i++)
        i2c_put(text[i]);
    i2c_stop();
    for (start = timer_get_usec(); !at(0x1240); polls++)
        i2c_stop();
    printk("asked %s, %d ms\n", polls > 10 ? "often" : "seldom",
           (timer_get_usec() - start + 500) / 1000);
    i2c_start();
    i2c_put(CHIP << 1 | 1);
    for (unsigned i = 0; i < sizeof text; i++)
        back[i] = i2c_get(i + 1 < sizeof text);
    i2c_stop();
    printk("%s\n", back);
    /* The end of a page: what comes behind it goes to its beginning. */
    at(0x3e);
    for (unsigned i = 0; i < 4; i++)
        i2c_put('A' + i);
    i2c_stop();
    delay_ms(5);
    at(0);
    i2c_start();
    i2c_put(CHIP << 1 | 1);
    for (unsigned i = 0; i < 64; i++)
        back[i < 2 ? i : i == 62 ? 2 : 3] = i2c_get(i < 63);
    i2c_stop();
    back[4] = 0;
    printk("page: %s\n", back);
}
