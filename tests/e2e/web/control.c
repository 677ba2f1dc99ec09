/* A program for the page of --web: prints what a page must not take for its own, follows pin 21 on
 * pin 20, answers what is typed. */
#include "rpi.h"

enum { INPUT = 21, OUTPUT = 20 };

static void follow(int level)
{
    while (gpio_read(INPUT) != level)
        delay_ms(1);
    gpio_write(OUTPUT, (unsigned)level);
    printk("pin 21 is %s\n", level ? "high" : "low");
}

void notmain(void)
{
    int c;

    gpio_set_input(INPUT);
    gpio_set_output(OUTPUT);
    printk("<script>document.title='broken'</script><img src=x "
           "onerror=\"document.title='broken'\">\n");
    printk("\x1b[31m\x07\x01\xff</pre>&lt;\n");
    follow(1);
    follow(0);
    while ((c = uart_get8()) != '.')
        printk("typed %c\n", c);
    while (!uart_has_data()) {
        gpio_set_on(OUTPUT);
        delay_ms(2);
        gpio_set_off(OUTPUT);
        delay_ms(2);
    }
    clean_reboot();
}
