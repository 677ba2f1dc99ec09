/* emu/web/page.h - the page of --web, as it lies beside this file. */
#ifndef EMU_WEB_PAGE_H
#define EMU_WEB_PAGE_H

extern const char page_html[], page_html_end[], page_js[], page_js_end[], page_css[],
    page_css_end[];

#endif
