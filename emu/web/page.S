/* The page of --web; see page.h. */
    .section .rodata
    .globl page_html, page_html_end, page_js, page_js_end, page_css, page_css_end
page_html:
    .incbin "emu/web/page.html"
page_html_end:
page_js:
    .incbin "emu/web/page.js"
page_js_end:
page_css:
    .incbin "emu/web/page.css"
page_css_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
