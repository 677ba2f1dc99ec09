/* TAP and JUnit XML, for graders. */
#include <string.h>

#include "emu/many/many.h"

/* Each line of text behind `before`. */
static void lines(FILE *f, const char *before, const char *text)
{
    while (text && *text) {
        size_t n = strcspn(text, "\n");

        fprintf(f, "%s%.*s\n", before, (int)n, text);
        text += n + (text[n] == '\n');
    }
}

void report_tap(FILE *f, const char *program, const struct trial *t, size_t n)
{
    fprintf(f, "TAP version 13\n1..%zu\n", n);
    for (size_t i = 0; i < n; i++) {
        fprintf(f, "%sok %zu - %s, %s\n", t[i].differs ? "not " : "", i + 1, program, t[i].name);
        if (!t[i].differs)
            continue;
        lines(f, "# ", t[i].how);
        if (t[i].again)
            fprintf(f, "# again: %s\n", t[i].again);
    }
}

/* XML 1.0 has no control characters but tab and newline; what is not ASCII may not be UTF-8. */
static void escaped(FILE *f, const char *text)
{
    for (; text && *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '<')
            fputs("&lt;", f);
        else if (c == '>')
            fputs("&gt;", f);
        else if (c == '&')
            fputs("&amp;", f);
        else if (c == '"')
            fputs("&quot;", f);
        else
            fputc((c < ' ' && c != '\n' && c != '\t') || c >= 0x7f ? '?' : c, f);
    }
}

void report_junit(FILE *f, const char *program, const struct trial *t, size_t n)
{
    size_t failures = 0;

    for (size_t i = 0; i < n; i++)
        failures += t[i].differs != 0;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"", f);
    escaped(f, program);
    fprintf(f, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", n, failures);
    for (size_t i = 0; i < n; i++) {
        fputs("<testcase classname=\"", f);
        escaped(f, program);
        fputs("\" name=\"", f);
        escaped(f, t[i].name);
        if (!t[i].differs) {
            fputs("\"/>\n", f);
            continue;
        }
        fputs("\"><failure message=\"differs\">", f);
        escaped(f, t[i].how);
        if (t[i].again) {
            fputs("\nagain: ", f);
            escaped(f, t[i].again);
        }
        fputs("</failure></testcase>\n", f);
    }
    fputs("</testsuite>\n</testsuites>\n", f);
}
