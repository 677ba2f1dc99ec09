// The page of emu --web: asks the run for its board and draws it. What comes from the program is put
// into text nodes only.
"use strict";

const at = (id) => document.getElementById(id);
const KEY = location.hash.slice(1);
const PAGE = Math.floor(Math.random() * 2 ** 50);
const POLL_MS = 50, HIDDEN_MS = 500, DRAW_MS = 100;
const KEPT = 1 << 19; // accesses
const LIST = 24; // lines
const TEXT = 1 << 17; // characters of the console
const READ = 0, WRITE = 1;
const BARRIER = 2, START = 6;
const OPERATION = ["GET", "PUT", "barrier", "delay, us", "delay, cycles", "DEV_VAL", "start"];
const ORIGIN = ["", "console", "DMA"];
const SPENT = {0: "the program ended", 1: "the program failed", 2: "a file was wrong",
               3: "the Pi or the line was lost", 4: "a limit was reached"};

const request = (path, options) =>
  fetch(path, {cache: "no-store", ...options, headers: {"X-Emu-Key": KEY}});

// Commands go out in their order.
let sending = Promise.resolve();
function command(text) {
  sending = sending.then(async () => {
    try {
      const answer = await request("/command", {method: "POST", body: text});
      if (!answer.ok) remark(await answer.text());
    } catch {
      remark("the run is gone");
    }
  });
  return sending;
}

function remark(text) {
  at("remark").textContent = text;
}

// ---- accesses: a ring of numbers -------------------------------------------------------------

const ring = {
  next: 0, first: 0, // numbers of accesses: [first, next)
  ns: new Float64Array(KEPT), addr: new Uint32Array(KEPT), value: new Uint32Array(KEPT),
  pc: new Uint32Array(KEPT), op: new Uint8Array(KEPT), origin: new Uint8Array(KEPT),
  width: new Uint8Array(KEPT), failed: new Uint8Array(KEPT), row: new Uint8Array(KEPT),
};
let lost = 0;

const MAX_ROWS = 20;
const rows = [], rowOf = new Map();
let registers = new Map();

function rowFor(op, addr) {
  const key = op > WRITE ? -op : addr - addr % 4;
  let row = rowOf.get(key);
  if (row === undefined) {
    if (rows.length === MAX_ROWS) {
      row = MAX_ROWS - 1;
      rows[row] = "others";
    } else {
      row = rows.length;
      rows.push(op > WRITE ? OPERATION[op] : nameOf(addr));
    }
    rowOf.set(key, row);
  }
  return row;
}

function nameOf(addr) {
  return registers.get(addr - addr % 4) ?? "0x" + addr.toString(16);
}

function take(view, offset, first, n) {
  if (first !== ring.next) {
    if (ring.next > 0) lost += Math.max(0, first - ring.next);
    ring.first = ring.next = first;
  }
  for (let i = 0; i < n; i++, offset += 24) {
    const k = ring.next++ % KEPT;
    ring.ns[k] = view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 2 ** 32;
    ring.addr[k] = view.getUint32(offset + 8, true);
    ring.value[k] = view.getUint32(offset + 12, true);
    ring.pc[k] = view.getUint32(offset + 16, true);
    ring.op[k] = view.getUint8(offset + 20);
    ring.origin[k] = view.getUint8(offset + 21);
    ring.width[k] = view.getUint8(offset + 22);
    ring.failed[k] = view.getUint8(offset + 23);
    ring.row[k] = rowFor(ring.op[k], ring.addr[k]);
  }
  if (ring.next - ring.first > KEPT) ring.first = ring.next - KEPT;
}

// The number of the first access at or after ns.
function search(ns) {
  let low = ring.first, high = ring.next;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (ring.ns[middle % KEPT] < ns) low = middle + 1;
    else high = middle;
  }
  return low;
}

// ---- names of program locations, asked for when they are to be seen --------------------------

const names = new Map();
let asking = false;

async function askNames() {
  const wanted = [...names].filter(([, name]) => name === null).map(([pc]) => pc).slice(0, 60);
  if (asking || wanted.length === 0) return;
  asking = true;
  try {
    const answer = await request("/names?pc=" + wanted.map((pc) => pc.toString(16)).join(","));
    const found = answer.ok ? await answer.json() : {};
    for (const pc of wanted) names.set(pc, found[pc.toString(16)] || "0x" + pc.toString(16));
  } catch { /* the run is gone */ }
  asking = false;
}

function placeOf(pc) {
  if (pc === 0) return "";
  if (!names.has(pc)) names.set(pc, null);
  return names.get(pc) ?? "0x" + pc.toString(16);
}

// ---- the timeline ----------------------------------------------------------------------------

const canvas = at("timeline"), pen = canvas.getContext("2d");
const view = {from: 0, span: 1e9, picked: null}; // ns
const LABELS = 150, LINE = 11; // pixels
let stale = true;

function newest() {
  return ring.next > ring.first ? ring.ns[(ring.next - 1) % KEPT] : 0;
}

function setView(from, span) {
  view.span = Math.min(Math.max(span, 100), 1e13);
  view.from = Math.max(0, from);
  canvas.dataset.from = view.from;
  canvas.dataset.span = view.span;
  stale = true;
}

function zoom(factor, ns = at("follow").checked ? newest() : view.from + view.span / 2) {
  const span = Math.min(Math.max(view.span * factor, 100), 1e13);
  setView(ns - (ns - view.from) * span / view.span, span);
}

function scroll(ns) {
  at("follow").checked = false;
  setView(view.from + ns, view.span);
}

function duration(ns) {
  if (ns < 1e3) return ns.toFixed(0) + " ns";
  if (ns < 1e6) return (ns / 1e3).toPrecision(3) + " us";
  if (ns < 1e9) return (ns / 1e6).toPrecision(3) + " ms";
  return (ns / 1e9).toPrecision(3) + " s";
}

const style = getComputedStyle(document.documentElement);
const color = {ink: "", read: style.getPropertyValue("--read"), write: style.getPropertyValue("--write"),
               other: style.getPropertyValue("--other")};

function drawTimeline() {
  const width = canvas.clientWidth, height = canvas.clientHeight, plot = width - LABELS;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  if (at("follow").checked) setView(newest() - view.span, view.span);
  color.ink = getComputedStyle(canvas).color;
  pen.clearRect(0, 0, width, height);
  pen.font = "10px monospace";
  pen.fillStyle = color.ink;
  rows.forEach((name, i) => pen.fillText(name.slice(0, 22), 2, i * LINE + 9));
  const begin = search(view.from), end = search(view.from + view.span);
  // One mark a row and column of pixels, however many accesses there are.
  const last = new Int32Array(MAX_ROWS * 2).fill(-1);
  const scale = plot / view.span;
  for (let n = begin; n < end; n++) {
    const k = n % KEPT, x = Math.floor((ring.ns[k] - view.from) * scale);
    const kind = ring.op[k] === READ ? 0 : 1, lane = ring.row[k] * 2 + kind;
    if (last[lane] === x) continue;
    last[lane] = x;
    pen.fillStyle = ring.op[k] > WRITE ? color.other : kind ? color.write : color.read;
    pen.fillRect(LABELS + x, ring.row[k] * LINE + 1 + kind * 4, 2, 4);
  }
  if (view.picked !== null) {
    pen.fillStyle = color.ink;
    pen.fillRect(LABELS + (view.picked - view.from) * scale, 0, 1, height);
  }
  at("span").textContent = duration(view.span) + " wide, from " + duration(view.from) +
    (lost ? ", " + lost + " not seen" : "");
  canvas.dataset.shown = end - begin;
  drawList(begin, end);
}

function cell(row, text) {
  row.insertCell().textContent = text;
}

function drawList(begin, end) {
  const list = at("list");
  const from = view.picked === null ? Math.max(begin, end - LIST)
    : Math.max(ring.first, search(view.picked));
  list.textContent = "";
  for (let n = from; n < Math.min(from + LIST, ring.next); n++) {
    const k = n % KEPT, row = list.insertRow(), op = ring.op[k];
    cell(row, (ring.ns[k] / 1e9).toFixed(9));
    cell(row, op > WRITE ? OPERATION[op]
      : OPERATION[op] + 8 * ring.width[k] + " " + nameOf(ring.addr[k]));
    cell(row, (op === BARRIER || op === START ? "" : op > WRITE ? ring.value[k]
      : "0x" + ring.value[k].toString(16)) +
      (ring.failed[k] ? " not modelled" : ""));
    cell(row, [placeOf(ring.pc[k]), ORIGIN[ring.origin[k]]].filter(Boolean).join(", "));
  }
  askNames();
}

canvas.addEventListener("wheel", (e) => {
  e.preventDefault();
  zoom(e.deltaY > 0 ? 1.25 : 0.8, view.from + (e.offsetX - LABELS) / (canvas.clientWidth - LABELS) * view.span);
}, {passive: false});
let drag = null;
canvas.addEventListener("pointerdown", (e) => {
  drag = {x: e.offsetX, moved: false};
  canvas.setPointerCapture(e.pointerId);
});
canvas.addEventListener("pointermove", (e) => {
  if (!drag || (!drag.moved && Math.abs(e.offsetX - drag.x) < 4)) return;
  drag.moved = true;
  scroll((drag.x - e.offsetX) / (canvas.clientWidth - LABELS) * view.span);
  drag.x = e.offsetX;
});
canvas.addEventListener("pointerup", (e) => {
  if (drag && !drag.moved) {
    at("follow").checked = false;
    view.picked = view.from + (e.offsetX - LABELS) / (canvas.clientWidth - LABELS) * view.span;
    stale = true;
  }
  drag = null;
});
canvas.addEventListener("keydown", (e) => {
  if (e.key === "ArrowLeft") scroll(-view.span / 10);
  else if (e.key === "ArrowRight") scroll(view.span / 10);
  else if (e.key === "+") zoom(0.5);
  else if (e.key === "-") zoom(2);
  else return;
  e.preventDefault();
});
at("in").addEventListener("click", () => zoom(0.5));
at("out").addEventListener("click", () => zoom(2));
at("follow").addEventListener("change", () => {
  view.picked = null;
  stale = true;
});

// ---- pins --------------------------------------------------------------------------------------

const POWER = {1: "3.3 V", 17: "3.3 V", 2: "5 V", 4: "5 V"};
const pins = new Map(); // GPIO: what shows it
let state = null;

function makePins(header) {
  const box = at("pins");
  header.forEach((gpio, i) => {
    const place = i + 1, name = document.createElement("div"), pin = document.createElement("button");
    name.className = place % 2 ? "name odd" : "name even";
    name.textContent = gpio < 0 ? POWER[place] ?? "ground" : "GPIO" + gpio;
    pin.type = "button";
    pin.textContent = place;
    pin.className = gpio >= 0 ? "pin" : POWER[place] ? "pin power" : "pin ground";
    pin.disabled = gpio < 0;
    if (gpio >= 0) {
      pin.id = "gpio" + gpio;
      pin.addEventListener("click", () => clicked(gpio));
      pins.set(gpio, {name, pin});
    }
    box.append(...(place % 2 ? [name, pin] : [pin, name]));
  });
}

function clicked(gpio) {
  const [, level, driven] = state.pins[gpio];
  command(`pin ${gpio} ${!driven ? "high" : level ? "low" : "release"}`);
}

function drawPins() {
  for (const [gpio, {name, pin}] of pins) {
    const [what, level, driven] = state.pins[gpio];
    pin.className = "pin" + (level < 0 ? " unknown" : level ? " high" : "") + (driven ? " driven" : "") +
      (what === "in" && state.drive ? " input" : "");
    pin.setAttribute("aria-label", `GPIO${gpio}, ${what}, ` +
      `${level < 0 ? "not known" : level ? "high" : "low"}${driven ? ", driven" : ""}`);
    name.textContent = `GPIO${gpio} ${what}`;
  }
}

// ---- console -------------------------------------------------------------------------------------

const screen = document.createTextNode("");
at("console").append(screen);
let textNext = 0;

// The other way to make them harmless: what is not printable ASCII is seen as such.
function harmless(bytes) {
  let text = "";
  for (const c of bytes) {
    if (c === 10 || c === 9 || (c >= 32 && c < 127)) text += String.fromCharCode(c);
    else if (c !== 13) text += c < 32 ? String.fromCharCode(0x2400 + c) : "\ufffd";
  }
  return text;
}

function print(bytes) {
  const box = at("console"), below = box.scrollTop + box.clientHeight >= box.scrollHeight - 20;
  screen.appendData(harmless(bytes));
  if (screen.length > 2 * TEXT) screen.deleteData(0, screen.length - TEXT);
  if (below) box.scrollTop = box.scrollHeight;
}

function type(text) {
  const bytes = new TextEncoder().encode(text);
  for (let i = 0; i < bytes.length; i += 32)
    command("type " + [...bytes.slice(i, i + 32)].map((b) => b.toString(16).padStart(2, "0")).join(""));
}

at("console").addEventListener("keydown", (e) => {
  const special = {Enter: "\n", Backspace: "\b", Escape: "\x1b"};
  if (e.altKey || e.metaKey) return;
  if (e.ctrlKey) {
    if (!/^[a-z]$/.test(e.key) || e.key === "c" || e.key === "v") return;
    type(String.fromCharCode(e.key.charCodeAt(0) - 96));
  } else if (special[e.key]) {
    type(special[e.key]);
  } else if (e.key.length === 1) {
    type(e.key);
  } else {
    return;
  }
  e.preventDefault();
});
at("console").addEventListener("paste", (e) => {
  type(e.clipboardData.getData("text"));
  e.preventDefault();
});

// ---- state ---------------------------------------------------------------------------------------

function status() {
  if (state.ended) {
    const how = state.signal ? `ended by signal ${state.signal}`
      : `ended: ${SPENT[state.status] ?? "exit"} (exit status ${state.status})`;
    return [how, state.signal || state.status ? "failed" : "ended"];
  }
  if (state.paused) return ["paused", "paused"];
  return state.waits ? ["waits for input", "waits"] : ["runs", "runs"];
}

let rate = {ms: performance.now(), accesses: 0};
let remarks = 0;

function drawState() {
  const [text, kind] = status(), now = performance.now();
  at("program").textContent = state.program;
  at("status").textContent = text;
  at("status").className = kind;
  at("time").textContent = (state.ns / 1e9).toFixed(3);
  at("accesses").textContent = state.accesses;
  at("pause").textContent = state.paused ? "Continue" : "Pause";
  for (const id of ["pause", "step"]) at(id).disabled = state.ended;
  at("speed").disabled = !state.virtual || state.ended;
  if (document.activeElement !== at("speed")) at("speed").value = String(state.speed);
  if (now - rate.ms > 900) {
    at("rate").textContent = Math.round((state.accesses - rate.accesses) / (now - rate.ms) * 1000);
    rate = {ms: now, accesses: state.accesses};
  }
  if (state.remarks !== remarks) {
    remarks = state.remarks;
    remark(state.remark);
  }
  drawPins();
}

at("pause").addEventListener("click", () => command(state.paused ? "continue" : "pause"));
at("step").addEventListener("click", () => command("step"));
at("speed").addEventListener("change", () => {
  command("speed " + at("speed").value);
  at("speed").blur();
});

// ---- asking ----------------------------------------------------------------------------------------

const HEAD = 32, PART = 65536;

// Returns whether there may be more at once.
async function poll() {
  const answer = await request(`/poll?page=${PAGE}&access=${ring.next}&text=${textNext}`);
  if (!answer.ok) throw new Error(await answer.text());
  const bytes = new Uint8Array(await answer.arrayBuffer()), view = new DataView(bytes.buffer);
  const json = view.getUint32(16, true), text = view.getUint32(20, true), n = view.getUint32(24, true);
  const afterJson = HEAD + json;
  state = JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD, afterJson)));
  if (text) print(bytes.subarray(afterJson, afterJson + text));
  textNext = Number(view.getBigUint64(8, true)) + text;
  take(view, afterJson + text, Number(view.getBigUint64(0, true)), n);
  if (n) stale = true;
  document.body.dataset.seen = ring.next;
  document.body.dataset.lost = lost;
  return n === PART;
}

async function main() {
  let drawn = 0, failures = 0;
  try {
    const answer = await request("/registers");
    if (!answer.ok) throw new Error(await answer.text());
    const {header, registers: known} = await answer.json();
    registers = new Map(Object.entries(known).map(([addr, name]) => [parseInt(addr, 16), name]));
    makePins(header);
  } catch (e) {
    at("status").textContent = e.message;
    at("status").className = "gone";
    return;
  }
  for (;;) {
    let more = false;
    try {
      more = await poll();
      failures = 0;
    } catch (e) {
      if (++failures > 3) {
        at("status").textContent = "the run is gone: " + e.message;
        at("status").className = "gone";
        return;
      }
    }
    const now = performance.now();
    if (state && (now - drawn >= DRAW_MS || state.ended) && !document.hidden) {
      drawn = now;
      drawState();
      if (stale) {
        stale = false;
        drawTimeline();
      }
    }
    if (state && state.ended && !more) break;
    if (!more) await new Promise((r) => setTimeout(r, document.hidden ? HIDDEN_MS : POLL_MS));
  }
  const draw = () => { // the run is over, what it did can still be looked at
    if (stale) {
      stale = false;
      drawTimeline();
    }
    requestAnimationFrame(draw);
  };
  drawState();
  draw();
}

// Nobody waits for a page that is gone.
addEventListener("pagehide", () => {
  request(`/poll?page=${PAGE}&access=${ring.next}&text=${textNext}&leaves=1`, {keepalive: true}).catch(() => {});
});

main();
