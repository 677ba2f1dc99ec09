/* What libmicrohttpd is told to answer; see server.h. */
#include "emu/web/server.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emu/web/answer.h"
#include "emu/web/page.h"

enum { IDLE_S = 5, CONNECTION_BYTES = 16384 };

/* The body of a command, as far as it has come. */
struct body {
    char bytes[REQUEST_BODY];
    size_t nbytes;
    int too_long;
};

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- answers ---- */

static enum MHD_Result send_answer(struct server *s, struct MHD_Connection *c, unsigned status,
                                   const char *type, const void *bytes, size_t nbytes,
                                   enum MHD_ResponseMemoryMode mode)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
         "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"},
        {"Cache-Control", "no-store"},
    };
    struct MHD_Response *r =
        s->mhd->create_response_from_buffer(nbytes, (void *)(uintptr_t)bytes, mode);
    enum MHD_Result queued;

    if (!r) {
        if (mode == MHD_RESPMEM_MUST_FREE)
            free((void *)(uintptr_t)bytes);
        return MHD_NO;
    }
    s->mhd->add_response_header(r, "Content-Type", type);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        s->mhd->add_response_header(r, headers[i][0], headers[i][1]);
    queued = s->mhd->queue_response(c, status, r);
    s->mhd->destroy_response(r);
    return queued;
}

static enum MHD_Result refuse(struct server *s, struct MHD_Connection *c, unsigned status)
{
    static const struct {
        unsigned status;
        const char *text;
    } texts[] = {
        {400, "not understood\n"},
        {403, "refused: open the address that the run printed, with the key behind the #\n"},
        {404, "no such page\n"},
        {405, "another method is meant\n"},
        {413, "too long\n"},
        {503, "the program does not take commands now\n"},
    };
    const char *text = "";

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].status == status)
            text = texts[i].text;
    }
    return send_answer(s, c, status, "text/plain; charset=utf-8", text, strlen(text),
                       MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_made(struct server *s, struct MHD_Connection *c, const char *type,
                                 struct answer a)
{
    return a.bytes ? send_answer(s, c, 200, type, a.bytes, a.nbytes, MHD_RESPMEM_MUST_FREE)
                   : MHD_NO;
}

static enum MHD_Result send_file(struct server *s, struct MHD_Connection *c, const char *type,
                                 const char *begin, const char *end)
{
    return send_answer(s, c, 200, type, begin, (size_t)(end - begin), MHD_RESPMEM_PERSISTENT);
}

/* ---- pages ---- */

/* A page polls: the one with this number, or one in the place of the page heard of longest ago. */
static void note_page(struct server *s, uint64_t id, int leaves)
{
    size_t at = 0;

    for (size_t i = 0; i < SERVER_PAGES; i++) {
        if (s->page[i].id == id) {
            at = i;
            break;
        }
        if (s->page[i].seen_ms < s->page[at].seen_ms)
            at = i;
    }
    s->page[at].id = id;
    s->page[at].seen_ms = now_ms();
    s->page[at].told = s->state->ended || leaves;
    if (!s->opened) {
        struct board_command go = {.what = BOARD_CONTINUE};

        s->opened = 1;
        board_send(s->commands, s->state, &go);
    }
}

int server_is_awaited(const struct server *s)
{
    uint64_t now = now_ms();

    for (size_t i = 0; i < SERVER_PAGES; i++) {
        if (s->page[i].seen_ms + SERVER_AWAY_MS > now && !s->page[i].told)
            return 1;
    }
    return 0;
}

/* ---- requests ---- */

static const char *argument(struct server *s, struct MHD_Connection *c, const char *name)
{
    return s->mhd->lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);
}

static const char *header(struct server *s, struct MHD_Connection *c, const char *name)
{
    return s->mhd->lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static enum MHD_Result poll(struct server *s, struct MHD_Connection *c)
{
    uint64_t page, access, text;

    if (request_number(argument(s, c, "page"), &page) < 0 ||
        request_number(argument(s, c, "access"), &access) < 0 ||
        request_number(argument(s, c, "text"), &text) < 0)
        return refuse(s, c, 400);
    note_page(s, page, argument(s, c, "leaves") != NULL);
    history_fetch(&s->history, s->state);
    return send_made(s, c, "application/octet-stream",
                     answer_poll(s->state, &s->history, access, text));
}

static enum MHD_Result names(struct server *s, struct MHD_Connection *c)
{
    uintptr_t pc[REQUEST_PLACES];
    int n = request_addresses(argument(s, c, "pc"), pc);

    return n < 0 ? refuse(s, c, 400)
                 : send_made(s, c, "application/json", answer_names(s->executable, pc, n));
}

static enum MHD_Result command(struct server *s, struct MHD_Connection *c, const struct body *body)
{
    struct board_command what;

    if (body->too_long)
        return refuse(s, c, 413);
    if (request_command(body->bytes, body->nbytes, &what) < 0)
        return refuse(s, c, 400);
    if (board_send(s->commands, s->state, &what) < 0)
        return refuse(s, c, 503);
    return send_answer(s, c, 204, "text/plain", "", 0, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result answer(struct server *s, struct MHD_Connection *c, enum request_for what,
                              const struct body *body)
{
    switch (what) {
    case REQUEST_PAGE:
        return send_file(s, c, "text/html; charset=utf-8", page_html, page_html_end);
    case REQUEST_SCRIPT:
        return send_file(s, c, "text/javascript; charset=utf-8", page_js, page_js_end);
    case REQUEST_STYLE:
        return send_file(s, c, "text/css; charset=utf-8", page_css, page_css_end);
    case REQUEST_POLL:
        return poll(s, c);
    case REQUEST_REGISTERS:
        return send_made(s, c, "application/json", answer_registers());
    case REQUEST_NAMES:
        return names(s, c);
    case REQUEST_COMMAND:
        return command(s, c, body);
    }
    return MHD_NO;
}

/* Called when the headers are there, for each piece of the body, and when it is whole. */
static enum MHD_Result asked(void *self, struct MHD_Connection *c, const char *url,
                             const char *method, const char *version, const char *piece,
                             size_t *nbytes, void **request)
{
    struct server *s = self;
    struct body *body = *request;
    struct request q = {.method = method,
                        .path = url,
                        .host = header(s, c, "Host"),
                        .origin = header(s, c, "Origin"),
                        .site = header(s, c, "Sec-Fetch-Site"),
                        .key = header(s, c, "X-Emu-Key")};
    enum request_for what;
    int status;

    (void)version;
    if (!body)
        return (*request = calloc(1, sizeof *body)) ? MHD_YES : MHD_NO;
    if (*nbytes) {
        size_t room = sizeof body->bytes - body->nbytes;

        body->too_long |= *nbytes > room;
        room = *nbytes < room ? *nbytes : room;
        memcpy(body->bytes + body->nbytes, piece, room);
        body->nbytes += room;
        *nbytes = 0;
        return MHD_YES;
    }
    status = request_check(&q, s->port, s->key, &what);
    return status ? refuse(s, c, (unsigned)status) : answer(s, c, what, body);
}

static void done(void *self, struct MHD_Connection *c, void **request,
                 enum MHD_RequestTerminationCode how)
{
    (void)self, (void)c, (void)how;
    free(*request);
    *request = NULL;
}

/* ---- the daemon ---- */

int server_start(struct server *s, int listening)
{
    unsigned flags = MHD_USE_EPOLL | (listening < 0 ? MHD_USE_NO_LISTEN_SOCKET : 0);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_CONNECTION_LIMIT, SERVER_CONNECTIONS, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)done, s},
        {listening < 0 ? MHD_OPTION_END : MHD_OPTION_LISTEN_SOCKET, listening, NULL},
        {MHD_OPTION_END, 0, NULL},
    };

    s->daemon = s->mhd->start_daemon(flags, (uint16_t)s->port, NULL, NULL, asked, s,
                                     MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    return s->daemon ? 0 : -1;
}

int server_descriptor(const struct server *s)
{
    return s->mhd->get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int server_run(struct server *s)
{
    MHD_UNSIGNED_LONG_LONG ms;

    s->mhd->run(s->daemon);
    if (s->mhd->get_timeout(s->daemon, &ms) != MHD_YES)
        return -1;
    return ms < 1000 ? (int)ms : 1000;
}

void server_stop(struct server *s)
{
    if (s->daemon)
        s->mhd->stop_daemon(s->daemon);
    s->daemon = NULL;
}
