"""The page of a recording in a real browser: keys, filter, themes, contrast, print, and that it loads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser
from recordings import SESSION, entry, har, understood
from test_report import HOSTILE, everywhere

from rawdocker.report import page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROWS = "[...document.querySelectorAll('.calls > li')]"
FOCUSED = "document.activeElement.closest('.calls > li')?.id ?? document.activeElement.id"
TEXT_ROOM, GRAPHIC_ROOM = 4.5, 3.0
"""The least contrast of text and of graphics: WCAG 2.1, level AA (1.4.3, 1.4.11)."""

CONTRASTS = """
(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const found = {};
  const note = (kind, element, value) => {
    const name = `${kind} ${element.tagName.toLowerCase()}.${[...element.classList].join(".")}`;
    found[name] = Math.min(found[name] ?? 99, value);
  };
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (["SCRIPT", "STYLE", "TITLE"].includes(element.tagName)) continue;
    if (element.tagName === "rect") note("graphic", element, ratio(parse(style.fill), behind(element)));
    else if (element.tagName === "text") note("text", element, ratio(parse(style.fill), behind(element)));
    else if (words) note("text", element, ratio(parse(style.color), behind(element)));
    if (element.tagName === "BUTTON" || element.tagName === "INPUT") {
      note("graphic", element, ratio(parse(style.borderTopColor), behind(element.parentElement)));
    }
  }
  return found;
})()
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser.start() as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser, tmp_path: Path) -> Browser:
    """Give a browser that looks at the page of a recorded session."""
    chromium.resize(1280, 900)
    chromium.prefer("light")
    return shows(chromium, tmp_path, SESSION.read_bytes())


def shows(browser: Browser, folder: Path, recording: bytes) -> Browser:
    (folder / "page.html").write_text(page(understood(recording), lambda words, call: {"Image": "IMAGE"}))
    browser.open(f"file://{folder}/page.html")
    return browser


def visible(browser: Browser) -> list[str]:
    return browser.value(f"{ROWS}.filter((row) => row.checkVisibility()).map((row) => row.id)")


def complaints(browser: Browser) -> list[Any]:
    """Return what the browser wrote to its console, by a script or by itself (a policy that was hurt)."""
    told = {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"}
    return [event for event in browser.events if event[0] in told]


def test_the_page_asks_for_nothing_but_itself_and_runs_without_a_complaint(browser: Browser) -> None:
    browser.press("j", "Enter", "o", "t", "/", "x", "Escape", "?", "Escape")
    asked = [event["request"]["url"] for name, event in browser.events if name == "Network.requestWillBeSent"]
    assert len(asked) == 1
    assert asked[0].endswith("/page.html")
    assert complaints(browser) == []


def test_hostile_text_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    shows(browser, tmp_path, har(*map(everywhere, HOSTILE)))
    browser.press("o")
    assert browser.value(f"{ROWS}.length") == len(HOSTILE)
    assert browser.value("document.scripts.length") == 1
    assert complaints(browser) == []
    assert "Page.javascriptDialogOpening" not in [name for name, _ in browser.events]


def test_a_script_that_slipped_in_would_not_run(browser: Browser, tmp_path: Path) -> None:
    text = (tmp_path / "page.html").read_text()
    (tmp_path / "page.html").write_text(text.replace("<footer>", "<footer><script>window.evil = 1</script>"))
    browser.open(f"file://{tmp_path}/page.html")
    assert browser.value("typeof window.evil") == "undefined"
    assert len(complaints(browser)) == 1


def test_keys_go_from_call_to_call(browser: Browser) -> None:
    seen = []
    for key in ("j", "j", "ArrowDown", "k", "ArrowUp", "End", "Home"):
        browser.press(key)
        seen.append(browser.value(FOCUSED))
    last = browser.value(f"{ROWS}.at(-1).id")
    assert seen == ["call-1", "call-2", "call-3", "call-2", "call-1", last, "call-1"]


def test_tab_reaches_the_calls_and_the_focus_is_seen(browser: Browser) -> None:
    reached = []
    for _ in range(9):
        browser.press("Tab")
        reached.append(browser.value(FOCUSED))
    assert reached[1:] == ["filter", "errors", "all", "theme", "keys", "call-1", "call-2", "call-3"]
    outline = browser.value("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_enter_and_arrows_open_and_close_a_call(browser: Browser) -> None:
    state = "document.querySelector('#call-1 details').open"
    browser.press("j")
    seen = []
    for key in ("Enter", "Enter", "ArrowRight", "ArrowRight", "ArrowLeft"):
        browser.press(key)
        seen.append(browser.value(state))
    assert seen == [True, False, True, True, False]


def test_one_key_opens_all_and_closes_all(browser: Browser) -> None:
    browser.press("o")
    assert browser.value(f"{ROWS}.every((row) => row.querySelector('details').open)")
    browser.press("o")
    assert not browser.value(f"{ROWS}.some((row) => row.querySelector('details').open)")


def test_the_filter_leaves_the_calls_with_all_words(browser: Browser) -> None:
    everything = visible(browser)
    browser.press("/")
    assert browser.value(FOCUSED) == "filter"
    browser.press(*"create nothing-like-this")
    assert visible(browser) == []
    browser.press("Escape")
    assert visible(browser) == everything
    browser.press("/", *"/containers/CREATE 2684")
    left = visible(browser)
    assert len(left) == 1
    assert "/containers/create" in browser.value(f"document.getElementById('{left[0]}').textContent")
    assert browser.value("document.getElementById('found').textContent") == f"1 of {len(everything)} calls"
    browser.press("Enter")
    assert browser.value(FOCUSED) == left[0]


def test_errors_can_be_seen_alone(browser: Browser) -> None:
    browser.value("document.getElementById('errors').click()")
    left = visible(browser)
    assert left == browser.value("[...document.querySelectorAll('li.failed')].map((row) => row.id)")
    assert left


def test_letters_that_are_typed_into_the_filter_are_no_keys(browser: Browser) -> None:
    browser.press("/", *"jot?")
    assert browser.value("document.getElementById('filter').value") == "jot?"
    assert not browser.value("document.getElementById('help').open")


def test_a_question_mark_lists_the_keys(browser: Browser) -> None:
    browser.press("?")
    assert browser.value("document.getElementById('help').open")
    browser.press("Escape")
    assert not browser.value("document.getElementById('help').open")


def test_keys_with_ctrl_are_left_to_the_browser(browser: Browser) -> None:
    browser.press("j", modifiers=2)
    assert browser.value(FOCUSED) == ""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_as_light_or_dark_as_the_person_wants_and_can_be_turned(browser: Browser, theme: str) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    browser.prefer(theme)
    wanted = browser.value(background)
    browser.prefer("dark" if theme == "light" else "light")
    assert browser.value(background) != wanted
    browser.press("t")
    assert browser.value(background) == wanted


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_stands_out_from_what_is_behind_it(browser: Browser, tmp_path: Path, theme: str) -> None:
    failing = entry("DELETE", body='{"Image": "<redacted: value of X>", "n": 1, "t": true, "s": "\x1b"}')
    failing["response"]["status"] = 500
    failing["timings"]["blocked"] = failing["timings"]["send"] = 2
    failing["_rawdocker"] = {"error": "why", "verb": ["create", "x"]}
    streams = [{"type": "receive", "time": 1.0, "opcode": 1, "data": "x", "_stream": "stderr"}]
    failing["_webSocketMessages"] = [*streams, {"type": "send", "time": 1.0, "opcode": 1, "data": "x"}]
    shows(browser, tmp_path, har(entry(), entry("POST"), failing))
    browser.prefer(theme)
    browser.press("o", "?")
    found = browser.value(CONTRASTS)
    assert len(found) > 40
    weak = {
        name: round(ratio, 2)
        for name, ratio in found.items()
        if ratio < (TEXT_ROOM if name.startswith("text") else GRAPHIC_ROOM)
    }
    assert weak == {}


def test_print_shows_everything_and_no_button(browser: Browser) -> None:
    browser.prefer("dark", media="print")
    hidden = browser.value(
        "[...document.querySelectorAll('.panel, .panel pre, .panel table')].filter((e) => !e.checkVisibility()"
        " || !e.getBoundingClientRect().height).length"
    )
    assert hidden == 0
    assert (
        browser.value("[...document.querySelectorAll('button, input')].filter((e) => e.checkVisibility()).length") == 0
    )
    assert browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    pages = browser.command("Page.printToPDF", printBackground=True)["data"]
    assert len(pages) > 20_000


def test_the_page_can_be_read_without_a_script(browser: Browser, tmp_path: Path) -> None:
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(f"file://{tmp_path}/page.html")
        assert not browser.value("document.documentElement.classList.contains('scripted')")
        assert not browser.value(
            "[...document.querySelectorAll('.tools button, .tools input')].some((e) => e.checkVisibility())"
        )
        browser.press("Tab", "Tab", "Enter")
        assert browser.value("document.querySelector('#call-1 .panel').checkVisibility()")
    finally:
        browser.command("Emulation.setScriptExecutionDisabled", value=False)


def test_every_element_of_use_has_a_name_for_a_screen_reader(browser: Browser) -> None:
    browser.press("o")
    nodes = browser.command("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "searchbox", "checkbox", "image", "heading", "DisclosureTriangle", "list", "dialog", "link"}
    named = [(node["role"]["value"], node.get("name", {}).get("value")) for node in nodes if not node["ignored"]]
    nameless = [role for role, name in named if role in roles - {"list"} and not name]
    assert nameless == []
    assert ("heading", "7 commands") in named
    rows = [name for role, name in named if role == "DisclosureTriangle" and "/containers/create" in (name or "")]
    assert len(rows) == 1
    assert "POST" in rows[0]
    assert "201 Created" in rows[0]


def test_a_call_can_be_copied(browser: Browser) -> None:
    browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.press("j", "Enter")
    browser.value("document.querySelector('#call-1 .export').open = true")
    browser.value("document.querySelector('#call-1 .copy').click()")
    assert browser.value(
        "new Promise((done) => setTimeout(() => done(document.querySelector('.copy').textContent), 300))"
    )
    command = browser.value("navigator.clipboard.readText()")
    assert command.startswith("curl -sS ")
    assert command == browser.value("document.querySelector('#call-1 .export code').textContent")


def test_a_narrow_window_needs_no_sideways_scrolling(browser: Browser) -> None:
    browser.press("o")
    for width in (360, 700, 1280):
        browser.resize(width, 800)
        assert browser.value("document.documentElement.scrollWidth") <= width


def test_a_thousand_calls_answer_at_once(browser: Browser, tmp_path: Path) -> None:
    many = [entry("POST", f"/v1.41/containers/web-{number}/start", answer='{"a": [1, 2]}') for number in range(1000)]
    shows(browser, tmp_path, har(*many))
    browser.press("/", *"web-77")
    assert len(visible(browser)) == 11
    taken = browser.value("(() => { const t = performance.now(); narrow(); move(1); return performance.now() - t })()")
    assert taken < 1000
