#!/usr/bin/env python3
"""--web in a real browser, without a window: pins light up and are driven, typed text reaches the program,
pause and step, the timeline, and nothing the program prints becomes part of the page."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from browser import Browser  # noqa: E402
from cases import ROOT, Tap  # noqa: E402
from web_run import Run, until  # noqa: E402

PRINTED = """document.querySelector('#console').textContent.includes(arguments[0])"""
SEEN = "Number(document.body.dataset.seen)"


def has(browser, text):
    return bool(browser.wait(PRINTED, text))


def pin(browser, gpio):
    return browser.run("return document.getElementById('gpio' + arguments[0]).getAttribute('aria-label')", gpio)


def becomes(browser, gpio, label):
    return bool(browser.wait(
        "document.getElementById('gpio' + arguments[0]).getAttribute('aria-label') === arguments[1]", gpio, label))


def view(browser):
    return [float(x) for x in browser.run(
        "const d = document.querySelector('#timeline').dataset; return [d.from, d.span, d.shown]")]


def escaping(tap, browser):
    tap.check(has(browser, "<script>document.title='broken'</script><img src=x"), True,
              "what looks like HTML is seen as it was printed")
    tap.check(has(browser, "</pre>&lt;"), True, "so are an end tag and an entity")
    tap.check(browser.run("return document.querySelectorAll('#console *, #list script, img').length"), 0,
              "and is no part of the page")
    tap.check(browser.run("return document.title"), "emu --web", "nothing of it ran")
    text = browser.text("#console")
    tap.check([c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160], [], "no control character is there")


def pins(tap, browser):
    tap.check(becomes(browser, 20, "GPIO20, out, low"), True, "an output that is low")
    browser.click("#gpio21")
    tap.check(has(browser, "pin 21 is high"), True, "a click drives an input high, and the program sees it")
    tap.check(becomes(browser, 21, "GPIO21, in, high, driven"), True, "the page shows that it is driven")
    tap.check(becomes(browser, 20, "GPIO20, out, high"), True, "the program's output lights up")
    tap.check(browser.run("return document.getElementById('gpio20').className"), "pin high", "in another colour")
    browser.click("#gpio21")
    tap.check(has(browser, "pin 21 is low"), True, "the next click drives it low")
    tap.check(becomes(browser, 20, "GPIO20, out, low"), True, "and the output goes dark")
    browser.click("#gpio21")
    tap.check(becomes(browser, 21, "GPIO21, in, low"), True, "the third releases it")
    browser.click("#gpio20")
    tap.check(browser.wait("document.getElementById('remark').textContent"), "GPIO20 is no input",
              "an output is not driven, and the page says why")


def console(tap, browser):
    browser.type("#console", "x<")
    tap.check(has(browser, "typed x") and has(browser, "typed <"), True, "keys reach the program")
    browser.type("#console", ".")


def control(tap, browser):
    tap.check(bool(browser.wait(SEEN + " > 300")), True, "accesses arrive")
    browser.click("#pause")
    tap.check(bool(browser.wait("document.getElementById('status').textContent === 'paused'")), True, "pause")
    settled = browser.run("return " + SEEN)
    for _ in range(5):
        browser.click("#step")
    tap.check(bool(browser.wait(SEEN + " >= arguments[0]", settled + 5)), True, "each step is an access")
    time = browser.text("#time")
    tap.check(browser.run("return " + SEEN), settled + 5, "and no more")
    tap.check(browser.text("#status"), "paused", "it is paused again")
    tap.check(browser.text("#time"), time, "time stands still")
    browser.click("#pause")
    tap.check(bool(browser.wait(SEEN + " > arguments[0]", settled + 50)), True, "continue")
    browser.run("const s = document.getElementById('speed'); s.value = '10'; s.dispatchEvent(new Event('change'))")
    tap.check(bool(browser.wait("state.speed === 10")), True, "another speed")


def timeline(tap, browser):
    browser.run("document.getElementById('follow').checked = true")
    _, span, shown = view(browser)
    browser.click("#in")
    browser.click("#in")
    tap.check(view(browser)[1], span / 4, "a button zooms in")
    tap.check(bool(browser.wait("document.querySelector('#timeline').dataset.shown < arguments[0]", shown)), True,
              "and fewer accesses are shown")
    browser.click("#out")
    tap.check(view(browser)[1], span / 2, "another one zooms out")
    browser.run("document.querySelector('#timeline').scrollIntoView({block: 'center'})")
    browser.wheel("#timeline", 100)
    tap.check(view(browser)[1], span / 2 * 1.25, "so does the wheel")
    browser.drag("#timeline", 200)
    moved = view(browser)
    tap.check(browser.run("return document.getElementById('follow').checked"), False, "dragging stops following")
    settled = browser.run("return " + SEEN)
    browser.wait(SEEN + " > arguments[0]", settled + 50)
    tap.check(view(browser)[0], moved[0], "then it stays where it is")
    browser.drag("#timeline", 100)
    tap.check(view(browser)[0] < moved[0], True, "it scrolls")
    tap.check(bool(browser.wait("/PUT32 GPIO.(SET|CLR)0/.test(document.querySelector('#list').textContent)")), True,
              "the list names registers")
    tap.check(bool(browser.wait("/ at gpio.c:\\d+/.test("
                                "document.querySelector('#list').textContent)")), True, "and where the program is")
    first = browser.text("#list tr td")
    browser.click("#timeline")
    tap.check(bool(browser.wait("document.querySelector('#list tr td').textContent !== arguments[0]", first)), True,
              "a click chooses where the list begins")


def whole_run(tap, program, folder):
    run, browser = Run(program), Browser()
    try:
        browser.open(run.url)
        escaping(tap, browser)
        pins(tap, browser)
        console(tap, browser)
        control(tap, browser)
        timeline(tap, browser)
        browser.type("#console", "q")
        tap.check(bool(browser.wait("document.getElementById('status').textContent === arguments[0]",
                                    "ended: the program ended (exit status 0)")), True, "the page shows the end")
        status, out, _ = run.end()
        tap.check((status, out.endswith("DONE!!!\n")), (0, True), "the run ended as it does without a page")
        tap.check(run.left(), [], "no process is left")
        tap.check(browser.errors(), [], "the browser had nothing to complain about")
        ends(tap, browser, program, folder)
    finally:
        browser.close()


def ends(tap, browser, program, folder):
    run = Run(program)
    browser.open(run.url)
    has(browser, "</pre>")
    run.stop()
    tap.check(bool(browser.wait("document.getElementById('status').textContent === 'ended by signal 2'")), True,
              "Ctrl-C: the page says so")
    tap.check((run.end()[0], run.left()), (-2, []), "and all processes end")
    run = Run(build(folder, "void notmain(void) { *(volatile int *)0 = 1; }", "fault"))
    browser.open(run.url)
    tap.check(bool(browser.wait("document.getElementById('status').textContent === arguments[0]",
                                "ended: the program failed (exit status 1)")), True, "a fault: the page says so")
    tap.check((run.end()[0], run.left()), (1, []), "and the run ends with its status")
    run = Run(program)
    browser.open(run.url.split("#")[0] + "#wrong")
    tap.check(bool(browser.wait("document.getElementById('status').textContent.startsWith('refused')")), True,
              "a key that is wrong: the page says so")
    browser.open("about:blank")
    browser.open(run.url)
    has(browser, "</pre>")
    browser.open("about:blank")
    run.ask("POST", "/command", b"pin 21 high")
    until(lambda: "pin 21 is high" in run.poll()[1])
    tap.check(run.process.poll(), None, "a page that was closed does not disturb the program")
    run.stop()
    run.end()


def build(folder, source, name):
    path = os.path.join(folder, name)
    with open(path + ".c", "w", encoding="utf-8") as f:
        f.write(source)
    subprocess.run([os.path.join(ROOT, "emu/emu-cc"), "-g", path + ".c", "-o", path + ".emu"], check=True)
    return path + ".emu"


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(ROOT, "tests/e2e/web/control.c"), encoding="utf-8") as f:
            program = build(folder, f.read(), "control")
        whole_run(tap, program, folder)
    tap.done()


main()
