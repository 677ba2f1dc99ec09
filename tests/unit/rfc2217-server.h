/* A port server for tests of an RFC 2217 line: agrees, answers and notes what it was sent, or fails
 * in the way it is told to. Its parser is its own. Included by one .c file each. */
#ifndef TESTS_UNIT_RFC2217_SERVER_H
#define TESTS_UNIT_RFC2217_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SE = 240, SB = 250, WILL, WONT, DO, DONT, IAC, SERVER_LIMIT_S = 20 };

enum behaviour {
    REFUSES_COMPORT = 1,
    REFUSES_BINARY = 2,
    SILENT = 4,         /* does not negotiate */
    SILENT_BAUD = 8,    /* does not answer SET-BAUDRATE */
    KEEPS_BAUD = 16,    /* answers it with the old rate */
    SEVEN_BITS = 32,    /* answers SET-DATASIZE with 7 */
    HANGS_UP = 64,      /* closes when asked for a baud */
    TALKS_BEFORE = 128, /* data, then the answer to SET-BAUDRATE */
    LATE = 512,         /* answers SET-BAUDRATE together with the next one */
    NO_FRAMING = 256,   /* answers nothing but SET-BAUDRATE */
};

struct server {
    int listener, peer, ended;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned behaviour, baud, purges;
    unsigned bauds[16], nbauds; /* asked for, in order, 0 included */
    unsigned late[16], nlate;   /* answers owed */
    uint8_t data[8192];
    size_t ndata;
    char name[64];
};

static void server_send(struct server *s, const void *bytes, size_t n)
{
    assert_int_equal(send(s->peer, bytes, n, MSG_NOSIGNAL), n);
}

static void answer_baud(struct server *s, unsigned baud)
{
    uint8_t answer[16] = {IAC, SB, 44, 101};
    size_t used = 4;
    for (int shift = 24; shift >= 0; shift -= 8) {
        answer[used++] = (uint8_t)(baud >> shift);
        if (answer[used - 1] == IAC)
            answer[used++] = IAC;
    }
    answer[used++] = IAC;
    answer[used++] = SE;
    send(s->peer, answer, used, MSG_NOSIGNAL);
}

static void serve_baud(struct server *s, uint8_t *sub, size_t n)
{
    unsigned wanted =
        (unsigned)sub[2] << 24 | (unsigned)sub[3] << 16 | (unsigned)sub[4] << 8 | sub[5];
    if (n != 6 || s->nbauds == 16)
        return;
    s->bauds[s->nbauds++] = wanted;
    if (s->behaviour & HANGS_UP)
        shutdown(s->peer, SHUT_RDWR);
    if (s->behaviour & (SILENT_BAUD | HANGS_UP))
        return;
    if (wanted && !(s->behaviour & KEEPS_BAUD))
        s->baud = wanted;
    if (s->behaviour & TALKS_BEFORE)
        send(s->peer, "before", 6, MSG_NOSIGNAL);
    s->late[s->nlate++] = s->baud;
    if (s->behaviour & LATE)
        return;
    for (unsigned i = 0; i < s->nlate; i++)
        answer_baud(s, s->late[i]);
    s->nlate = 0;
}

static void serve_sub(struct server *s, uint8_t *sub, size_t n)
{
    if (n >= 2 && sub[0] == 44 && sub[1] == 1) {
        serve_baud(s, sub, n);
    } else if (n == 3 && sub[0] == 44) {
        uint8_t value = s->behaviour & SEVEN_BITS && sub[1] == 2 ? 7 : sub[2];
        uint8_t answer[] = {IAC, SB, 44, (uint8_t)(sub[1] + 100), value, IAC, SE};
        s->purges += sub[1] == 12;
        if (!(s->behaviour & NO_FRAMING))
            send(s->peer, answer, sizeof answer, MSG_NOSIGNAL);
    }
}

static void serve_option(struct server *s, uint8_t verb, uint8_t option)
{
    int no = (option == 44 && s->behaviour & REFUSES_COMPORT) ||
             (option == 0 && s->behaviour & REFUSES_BINARY);
    uint8_t answer[] = {IAC, verb == WILL ? (no ? DONT : DO) : (no ? WONT : WILL), option};
    if ((verb == WILL || verb == DO) && !(s->behaviour & SILENT))
        send(s->peer, answer, 3, MSG_NOSIGNAL);
}

/* One sequence from the front of b, or one byte of data: how many bytes it is, 0 if not all there.
 */
static size_t serve_one(struct server *s, uint8_t *b, size_t n)
{
    uint8_t sub[64];
    size_t used = 0, i;
    if (b[0] != IAC || (n >= 2 && b[1] == IAC)) {
        if (s->ndata < sizeof s->data)
            s->data[s->ndata++] = b[0];
        return b[0] == IAC ? 2 : 1;
    }
    if (n < 3)
        return 0;
    if (b[1] != SB) {
        serve_option(s, b[1], b[2]);
        return 3;
    }
    for (i = 2; i + 1 < n && !(b[i] == IAC && b[i + 1] == SE); i++) {
        i += b[i] == IAC;
        sub[used++] = b[i];
    }
    if (i + 1 >= n)
        return 0;
    serve_sub(s, sub, used);
    return i + 2;
}

static void *server_run(void *self)
{
    struct server *s = self;
    uint8_t bytes[4096];
    size_t have = 0;
    s->peer = accept(s->listener, NULL, NULL);
    for (ssize_t got; (got = recv(s->peer, bytes + have, sizeof bytes - have, 0)) > 0;) {
        size_t at = 0, used = 1;
        have += (size_t)got;
        pthread_mutex_lock(&s->lock);
        for (; at < have && used; at += used)
            used = serve_one(s, bytes + at, have - at);
        have -= at;
        memmove(bytes, bytes + at, have);
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->lock);
    }
    pthread_mutex_lock(&s->lock);
    s->ended = 1;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void server_start(struct server *s, unsigned behaviour)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    memset(s, 0, sizeof *s);
    s->behaviour = behaviour;
    s->baud = 9600;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s->listener, 1), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &size), 0);
    snprintf(s->name, sizeof s->name, "rfc2217:127.0.0.1:%d", ntohs(a.sin_port));
    assert_int_equal(pthread_create(&s->thread, NULL, server_run, s), 0);
}

/* Until the server was sent so much data, or so many bauds, or its user left. */
static void server_await(struct server *s, size_t ndata, unsigned nbauds, int ended)
{
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += SERVER_LIMIT_S;
    pthread_mutex_lock(&s->lock);
    int rc = 0;
    while (rc == 0 && (s->ndata < ndata || s->nbauds < nbauds || s->ended < ended))
        rc = pthread_cond_timedwait(&s->changed, &s->lock, &limit);
    pthread_mutex_unlock(&s->lock);
    if (rc != 0)
        fail_msg("the server has %zu bytes, %u bauds, ended %d; wanted %zu, %u, %d", s->ndata,
                 s->nbauds, s->ended, ndata, nbauds, ended);
}

static void server_stop(struct server *s)
{
    shutdown(s->peer, SHUT_RDWR);
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->peer);
    close(s->listener);
}

#endif
