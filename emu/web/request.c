/* Which requests are answered; see request.h.
 *
 * A page of another site can make the browser send requests here, and by DNS rebinding even under
 * a name of its own: so the host must be ours, the origin, where one is named, too, and all but the
 * page itself takes the key, which only the address that the run printed has. */
#include "emu/web/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *path, *method;
    enum request_for what;
    int secret;
} known[] = {
    {"/", "GET", REQUEST_PAGE, 0},
    {"/page.js", "GET", REQUEST_SCRIPT, 0},
    {"/page.css", "GET", REQUEST_STYLE, 0},
    {"/poll", "GET", REQUEST_POLL, 1},
    {"/registers", "GET", REQUEST_REGISTERS, 1},
    {"/names", "GET", REQUEST_NAMES, 1},
    {"/command", "POST", REQUEST_COMMAND, 1},
};

/* NAME:PORT with a name that is this machine's own, whatever a DNS server says. */
static int is_here(const char *host, unsigned port)
{
    static const char *const names[] = {"127.0.0.1", "localhost"};
    char text[40];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(text, sizeof text, "%s:%u", names[i], port);
        if (strcmp(text, host) == 0)
            return 1;
        if (port == 80 && strcmp(names[i], host) == 0)
            return 1;
    }
    return 0;
}

static int is_key(const char *given, const char *key)
{
    unsigned differ = 0;

    if (!given || strlen(given) != REQUEST_KEY)
        return 0;
    for (size_t i = 0; i < REQUEST_KEY; i++) /* takes the same time wherever it differs */
        differ |= (unsigned char)given[i] ^ (unsigned char)key[i];
    return differ == 0;
}

int request_check(const struct request *q, unsigned port, const char *key, enum request_for *what)
{
    static const char scheme[] = "http://";
    const size_t n = sizeof scheme - 1;
    int wrong_method = 0;

    if (!q->host || !is_here(q->host, port))
        return 403;
    if (q->origin && (strncmp(q->origin, scheme, n) != 0 || strcmp(q->origin + n, q->host) != 0))
        return 403;
    if (q->site && strcmp(q->site, "same-origin") != 0 && strcmp(q->site, "none") != 0)
        return 403;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].path, q->path) != 0)
            continue;
        wrong_method = 1;
        if (strcmp(known[i].method, q->method) != 0)
            continue;
        if (known[i].secret && !is_key(q->key, key))
            return 403;
        *what = known[i].what;
        return 0;
    }
    return wrong_method ? 405 : 404;
}

/* ---- numbers and texts ---- */

int request_number(const char *text, uint64_t *n)
{
    uint64_t sum = 0;
    size_t i;

    for (i = 0; text && text[i] >= '0' && text[i] <= '9' && i < 16; i++)
        sum = sum * 10 + (uint64_t)(text[i] - '0');
    if (i == 0 || text[i] || sum >> 53)
        return -1;
    *n = sum;
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int request_addresses(const char *text, uintptr_t pc[REQUEST_PLACES])
{
    int n = 0;

    if (!text)
        return -1;
    while (n < REQUEST_PLACES) {
        uint32_t value = 0;
        int digits = 0;

        for (; hex_digit(*text) >= 0 && digits < 8; digits++)
            value = value << 4 | (uint32_t)hex_digit(*text++);
        if (!digits)
            return -1;
        pc[n++] = value;
        if (!*text)
            return n;
        if (*text++ != ',')
            return -1;
    }
    return -1;
}

size_t request_quote(const char *text, char *buf, size_t nbytes)
{
    size_t n = 0;

    buf[n++] = '"';
    for (; *text && n + 8 < nbytes; text++) {
        unsigned char c = (unsigned char)*text;

        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '&')
            buf[n++] = (char)c;
        else
            n += (size_t)snprintf(buf + n, nbytes - n, "\\u%04x", c);
    }
    buf[n++] = '"';
    buf[n] = 0;
    return n;
}

/* ---- commands ---- */

static int read_pin(const char *words, struct board_command *c)
{
    static const char *const to[] = {
        [BOARD_RELEASE] = "release", [BOARD_LOW] = "low", [BOARD_HIGH] = "high"};
    char number[3] = {0};
    size_t digits = strspn(words, "0123456789");
    uint64_t n;

    if (digits == 0 || digits > 2 || words[digits] != ' ')
        return -1;
    memcpy(number, words, digits);
    if (request_number(number, &n) < 0 || n > 53)
        return -1;
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
        if (strcmp(words + digits + 1, to[i]) != 0)
            continue;
        c->what = BOARD_DRIVE;
        c->pin = (uint8_t)n;
        c->to = (uint8_t)i;
        return 0;
    }
    return -1;
}

static int read_speed(const char *word, struct board_command *c)
{
    char *end;

    c->what = BOARD_SPEED;
    if (strspn(word, "0123456789.") != strlen(word) || !*word)
        return -1;
    c->speed = strtod(word, &end);
    return *end || !(c->speed >= 1e-3 && c->speed <= 1e6) ? -1 : 0;
}

static int read_typed(const char *hex, struct board_command *c)
{
    c->what = BOARD_TYPE;
    for (; *hex; hex += 2) {
        int high = hex_digit(hex[0]), low = high < 0 ? -1 : hex_digit(hex[1]);

        if (low < 0 || c->nbytes == BOARD_TYPED)
            return -1;
        c->text[c->nbytes++] = (char)(high << 4 | low);
    }
    return c->nbytes ? 0 : -1;
}

int request_command(const char *body, size_t nbytes, struct board_command *c)
{
    static const struct {
        const char *word;
        enum board_what what;
    } plain[] = {{"pause", BOARD_PAUSE}, {"continue", BOARD_CONTINUE}, {"step", BOARD_STEP}};
    static const struct {
        const char *word;
        int (*read)(const char *rest, struct board_command *c);
    } verbs[] = {{"pin ", read_pin}, {"speed ", read_speed}, {"type ", read_typed}};
    char text[REQUEST_BODY + 1];

    memset(c, 0, sizeof *c);
    if (nbytes > REQUEST_BODY || memchr(body, 0, nbytes))
        return -1;
    memcpy(text, body, nbytes);
    text[nbytes] = 0;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (strcmp(text, plain[i].word) == 0)
            return c->what = plain[i].what, 0;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        size_t n = strlen(verbs[i].word);

        if (strncmp(text, verbs[i].word, n) == 0)
            return verbs[i].read(text + n, c);
    }
    return -1;
}
