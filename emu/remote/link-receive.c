/* Frames in: answers become acknowledgements and values, events are kept for whoever asks. */
#include <string.h>

#include "emu/remote/link-internal.h"
#include "wire/answer.h"
#include "wire/boot.h"
#include "wire/words.h"

#define MS 1000000ull

/* The operations of a frame that have results, in order. */
struct expected {
    const struct link_frame *frame;
    unsigned op, count;
};

static const struct link_op *next_expected(struct expected *x)
{
    while (x->op < x->frame->nops) {
        const struct link_op *op = &x->frame->op[x->op++];

        if (op->kind == OP_GET || op->kind == OP_POLL || op->kind == OP_LOAD)
            return op;
    }
    return NULL;
}

static int take_value(struct link *l, struct expected *x, uint8_t code, const uint8_t *bytes)
{
    const struct link_op *op = next_expected(x);
    struct dict_slot *slot;

    if (!op || op->kind == OP_LOAD || x->count == LINK_MAX_RESULTS)
        return LINK_CONFUSED;
    slot = &l->encoder.dict.slot[op->slot];
    slot->read = answer_read(code, bytes, slot->read);
    l->result[x->count++] = (struct link_result){.kind = op->kind, .value = slot->read};
    if (op->kind == OP_POLL) {
        link_end_poll(l);
        l->poll = l->repeated ? LINK_NO_POLL : LINK_POLLING;
        l->poll_first = slot->read;
    }
    return 0;
}

static int take_block(struct link *l, struct expected *x, const uint8_t *bytes, unsigned n)
{
    const struct link_op *op = next_expected(x);
    struct link_result *r;

    if (!op || op->kind != OP_LOAD || op->nbytes != n || x->count == LINK_MAX_RESULTS)
        return LINK_CONFUSED;
    r = &l->result[x->count++];
    r->kind = OP_LOAD;
    r->refused = 0;
    r->nbytes = (uint8_t)n;
    memcpy(r->block, bytes, n);
    return 0;
}

/* Bytes of the item at b, of which `left` are there; negative: no item. */
static int take_item(struct link *l, struct expected *x, const uint8_t *b, unsigned left)
{
    int n = answer_nbytes(b[0]);

    if (n >= 0 && (unsigned)n < left)
        return take_value(l, x, b[0], b + 1) < 0 ? -1 : n + 1;
    if (b[0] == ANS_BYTES && left >= 2 && left >= 2u + b[1])
        return take_block(l, x, b + 2, b[1]) < 0 ? -1 : 2 + b[1];
    if (b[0] == ANS_REFUSED && left >= 2 && b[1] < x->frame->nops) {
        if (l->refused)
            l->refused(l->self, &x->frame->op[b[1]]);
        return 2;
    }
    return -1;
}

/* Reads the results of a frame, which is the last one sent if it has any. */
static int take_results(struct link *l, const struct link_frame *sent, const struct frame *f)
{
    struct expected x = {.frame = sent};

    if (f->class == FRAME_SHORT && f->low != ANS_ACK) {
        if (take_value(l, &x, f->low, f->body) < 0)
            return LINK_CONFUSED;
    } else if (f->class == FRAME_LONG) {
        for (unsigned at = 0; at < f->nbytes;) {
            int n = take_item(l, &x, f->body + at, f->nbytes - at);

            if (n < 0)
                return LINK_CONFUSED;
            at += (unsigned)n;
        }
    }
    l->nresults = x.count;
    return next_expected(&x) ? LINK_CONFUSED : 0;
}

static void take_further_answer(struct link *l, const struct frame *f, uint32_t seq)
{
    if (l->poll != LINK_POLLING || seq != l->acked)
        return;
    if (f->low == ANS_LIMIT) {
        l->poll = f->body[3] == l->changes ? LINK_POLL_LIMIT : LINK_NO_POLL;
        l->poll_reads = wire_word(f->body) & 0xFFFFFF;
    } else if (answer_nbytes(f->low & 7) > 0) {
        l->change[l->changes++] = answer_read(f->low & 7, f->body, l->poll_first);
        if (l->changes == POLL_CHANGES)
            l->poll = LINK_NO_POLL;
    }
}

/* What was damaged may have been an answer of the poll, which will not come again. */
static void damaged(struct link *l)
{
    l->stats.damage++;
    l->poll = LINK_NO_POLL;
}

/* Frames before the last may have remarks only: they hold no results. */
static int take_answer(struct link *l, const struct frame *f, uint32_t seq, uint64_t now)
{
    int nak = f->class == FRAME_SHORT && f->low == ANS_NAK;

    if (f->class == FRAME_SHORT && f->low > ANS_NAK) {
        take_further_answer(l, f, seq);
        return 0;
    }
    if (nak && seq != l->acked && link_frame_at(l, seq)->nresults)
        seq--; /* executed, but its results are lost: asked again, they come from memory */
    if (seq != l->acked) {
        if (!nak && take_results(l, link_frame_at(l, seq), f) < 0)
            return l->error = LINK_CONFUSED;
        link_acknowledge(l, seq, now);
    }
    if (nak)
        l->poll = LINK_NO_POLL; /* something reached the Pi: a poll was over then */
    if (nak && l->made != l->acked && now >= l->go_back_again)
        l->go_back = 1;
    return 0;
}

static int take_control(struct link *l, const struct frame *f)
{
    if (f->low == CTL_NO_SESSION && f->nbytes == 2 && l->made)
        return l->error = LINK_REBOOTED;
    if (f->low == CTL_EVENT && f->nbytes == 17) {
        if (!l->event.awaited || f->body[0] != l->event.number)
            return 0;
        l->event.awaited = 0;
        l->event.time_us = wire_word(f->body + 1);
        l->event.basic = wire_word(f->body + 5);
        l->event.pending1 = wire_word(f->body + 9);
        l->event.pending2 = wire_word(f->body + 13);
        l->event.pending = 1;
    } else if (f->low == l->control_kind) {
        l->control_kind = 0;
        l->control_bytes = f->nbytes;
        memcpy(l->control, f->body, f->nbytes);
    }
    return 0;
}

static int of_no_session(const struct frame *f)
{
    return f->class == FRAME_CONTROL && (f->low == CTL_WELCOME || f->low == CTL_NO_SESSION);
}

/* Numbers travel as a few bits: an answer has one of acked .. acked + FRAME_WINDOW. */
static int take_frame(struct link *l, size_t nbytes, uint64_t now)
{
    const struct frame_key *key = &l->key;
    struct frame f;
    uint32_t seq = 0;

    frame_split(l->in.bytes, nbytes, &f);
    if (f.class != FRAME_CONTROL)
        seq = frame_seq(&f, l->acked + (FRAME_WINDOW + 1) / 2);
    else if (of_no_session(&f))
        key = &frame_no_session;
    if (!frame_checks(key, FRAME_UP, seq, l->in.bytes, nbytes) || (int32_t)(seq - l->made) > 0) {
        l->in.bad = 1;
        damaged(l);
        return 0;
    }
    l->valid = now;
    if (l->baud == l->first_baud)
        l->high_baud = 0;
    l->tail = 0;
    l->greeted = 0;
    if (f.class == FRAME_CONTROL)
        return take_control(l, &f);
    if ((int32_t)(seq - l->acked) < 0)
        return 0;
    return take_answer(l, &f, seq, now);
}

int link_receive(struct link *l, const uint8_t *bytes, size_t n, uint64_t now)
{
    l->stats.up_bytes += n;
    if (link_quiet(l, now) < 0)
        return l->error;
    l->last_byte = now;
    l->heard += n;
    for (size_t i = 0; i < n; i++) {
        int size, bad = l->in.bad;

        l->tail = l->tail >> 8 | (uint32_t)bytes[i] << 24;
        if (l->tail == BOOT_GET_PROG_INFO)
            l->greeted = now;
        size = frame_gather(&l->in, FRAME_UP, bytes[i]);
        if (size && take_frame(l, (size_t)size, now) < 0)
            return l->error;
        if (!size && !bad && l->in.bad) /* no frame begins so */
            damaged(l);
    }
    return 0;
}

int link_quiet(struct link *l, uint64_t now)
{
    if (now < l->last_byte + LINK_SILENCE_MS * MS)
        return 0;
    if (l->in.used && !l->in.bad)
        damaged(l);
    l->in.used = l->in.bad = 0;
    if (l->greeted)
        return l->error = l->made ? LINK_REBOOTED : LINK_BOOT_LOADER;
    return 0;
}
