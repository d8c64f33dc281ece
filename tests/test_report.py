"""The page of a recording: what it shows, and that nothing which was recorded can change what it is."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recordings import SESSION, entry, har, understood

from rawdocker.errors import RecordingError
from rawdocker.report import page, read
from rawdocker.report.markup import tag
from rawdocker.report.page import scale

VOID = {"meta", "input", "rect", "wbr"}
HOSTILE = (
    "<script>alert(1)</script>",
    "</script></style></title></textarea><img src=x onerror=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "<!--{calls}--><!--{policy}-->",
    "]]>--><svg/onload=alert(1)>",
    "&lt;b&gt; &amp;amp;",
    "<redacted: <script>>",
    "\x1b[31mred\x1b[0m\x00\r\x85\u202eevil",
    "javascript:alert(1)",
)


class Page(HTMLParser):
    """A page taken apart: its elements, their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), "an attribute stands twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" not in self._open and "style" not in self._open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def names(self) -> set[tuple[str, str]]:
        """Every element with every attribute that it has somewhere."""
        return {(tag, name) for tag, attributes in self.elements for name in ("", *attributes)}

    def count(self, tag: str, class_: str = "") -> int:
        return sum(
            name == tag and class_ in (attributes.get("class") or "").split(" ") if class_ else name == tag
            for name, attributes in self.elements
        )


def shown(*entries: Any, **options: Any) -> Page:
    return Page(page(understood(har(*entries)), **options))


def session() -> Page:
    return Page(page(read(str(SESSION))))


def everywhere(text: str) -> dict[str, Any]:
    """Return an entry that has a text in every place that can hold one."""
    pairs = [{"name": text, "value": text}]
    message = {"type": text, "time": 1.0, "opcode": 1, "data": text, "_stream": text}
    ours = {"operation": text, "endpoint": text, "error": text, "verb": [text, text], "sent": {"sha256": text}}
    request = {"method": text, "url": f"http://localhost/v1.41/{text}", "headers": pairs, "queryString": pairs}
    response = {"status": 200, "statusText": text, "headers": pairs, "content": {"mimeType": text, "text": text}}
    body = {"mimeType": text, "text": json.dumps({text: [text, {text: text}]})}
    return {
        "startedDateTime": "2026-11-24T10:00:00Z",
        "time": 1,
        "request": {**request, "postData": body},
        "response": response,
        "_webSocketMessages": [
            message,
            {**message, "opcode": 2, "data": b64encode(text.encode("utf-8", "replace")).decode()},
        ],
        "_rawdocker": ours,
    }


KNOWN = shown(everywhere("plain <redacted: why> \x1b"), entry(path="/v1.41/containers/" + "f" * 64 + "/json")).names
KNOWN |= session().names


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.sampled_from(HOSTILE), st.text(alphabet="<>&\"'/!-=a\n\x1b{}[];:", max_size=40), st.text(max_size=20))
)
def test_no_recorded_text_becomes_markup(text: str) -> None:
    both = page(understood(har(everywhere(text))), lambda words, call: {"?x": text, text: text})
    found = Page(both)
    assert found.names <= KNOWN | {("span", "class")}
    assert found.count("script") == found.count("style") == 1
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", both)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_an_attribute_stays_there(text: str) -> None:
    found = Page(tag("p", "x", title=text))
    assert [(name, set(attributes)) for name, attributes in found.elements] == [("p", {"title"})]


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.isprintable()])
def test_hostile_text_is_read_as_it_was_written(text: str) -> None:
    found = shown(entry(answer=text, comment=text))
    assert text in found.text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_command_line_cannot_end_the_title(text: str) -> None:
    both = page(understood(har(entry(_rawdocker={"verb": [text]}))))
    title = both[both.index("<title>") + 7 : both.index("</title>")]
    assert "<" not in title


def test_the_policy_forbids_all_but_the_page_s_own_style_and_script() -> None:
    text = page(read(str(SESSION)))
    policy = next(a["content"] for _, a in Page(text).elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert set(rules) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert {rules["default-src"], rules["base-uri"], rules["form-action"]} == {"'none'"}
    for name in ("style", "script"):
        inside = text[text.index(f"<{name}>") + len(name) + 2 : text.index(f"</{name}>")]
        digest = b64encode(sha256(inside.encode()).digest()).decode()
        assert rules[f"{name}-src"] == f"'sha256-{digest}'"


def test_the_page_names_nothing_that_could_be_loaded() -> None:
    text = page(read(str(SESSION)))
    loading = {"src", "srcset", "href", "action", "data", "poster", "background", "style", "formaction", "ping"}
    for name, attributes in Page(text).elements:
        assert not {key for key in loading & set(attributes) if not (attributes[key] or "").startswith("#")}, name
        assert not [key for key in attributes if key.startswith("on")]
    assert "url(" not in text
    assert "@import" not in text


def test_each_call_has_a_row_with_method_path_status_and_time() -> None:
    found = session()
    recorded = json.loads(SESSION.read_text())["log"]["entries"]
    assert found.count("details", "call") == len(recorded)
    assert found.count("svg", "bar") == len(recorded)
    assert "POST" in found.texts
    assert "404 Not Found" in found.text
    assert f"{round(recorded[3]['time'])} ms" in found.text


def test_the_head_says_endpoint_version_calls_bytes_duration_and_errors() -> None:
    first = entry(body='{"a":1}', answer="four", _rawdocker={"endpoint": "unix:///run/x.sock"})
    second = entry(path="/v1.43/info", time=2500, _rawdocker={"number": 2, "endpoint": "tcp://host:1"})
    second["response"]["status"] = 500
    texts = shown(first, second).texts
    pairs = dict(pairwise(texts[: texts.index("Errors") + 2]))
    assert pairs["Endpoint"] == "unix:///run/x.sock, tcp://host:1"
    assert pairs["API version"] == "1.41, 1.43"
    assert (pairs["Calls"], pairs["Errors"]) == ("2", "1")
    assert (pairs["Sent"], pairs["Received"]) == ("7 bytes", "4 bytes")
    assert pairs["Duration"] == "2.50 s"


def test_the_waterfall_puts_each_phase_where_it_was() -> None:
    later = entry(startedDateTime="2026-11-24T10:00:00.012+00:00", time=12)
    rects = [attributes for tag, attributes in shown(entry(), later).elements if tag == "rect"]
    assert [(rect["class"], rect["x"], rect["width"]) for rect in rects] == [
        ("connect", "0.000%", "4.000%"), ("wait", "4.000%", "32.000%"), ("receive", "36.000%", "12.000%"),
        ("connect", "48.000%", "4.000%"), ("wait", "52.000%", "32.000%"), ("receive", "84.000%", "12.000%"),
    ]  # fmt: skip


@settings(max_examples=200)
@given(st.floats(0, 1e15))
def test_the_waterfall_is_as_wide_as_what_passed_or_little_more(whole: float) -> None:
    assert whole <= scale(whole) <= max(1.5 * whole, 1.0)


def test_the_marks_of_the_waterfall_are_round() -> None:
    later = entry(startedDateTime="2026-11-24T10:00:00.855+00:00", time=12)
    texts = shown(entry(), later).texts
    at = texts.index("0 ms")
    assert texts[at : at + 5] == ["0 ms", "200 ms", "400 ms", "600 ms", "800 ms"]


def test_json_keeps_its_numbers_and_names_as_they_were_sent() -> None:
    found = shown(entry(answer='{"a":1.10,"a":123456789012345678901234567890,"b":[1e400,{}],"c":[]}'))
    wanted = '{\n  "a": 1.10,\n  "a": 123456789012345678901234567890,\n  "b": [\n    1e400,\n    {}\n  ],\n  "c": []\n}'
    assert wanted in found.text


@pytest.mark.parametrize("text", ["[" * 200 + "]" * 200, "[" * 100_000, '{"a": ', "plain words"])
def test_what_is_no_json_or_too_deep_stands_as_it_came(text: str) -> None:
    assert text in shown(entry(answer=text)).text


def test_a_body_has_its_exact_size_and_a_long_one_is_cut() -> None:
    found = shown(entry(answer="x" * 200_000))
    assert "Body · application/json · 200,000 bytes (195.3 KiB)" in found.text
    assert "Shown are the first 131,072 of 200,000 bytes." in found.text
    assert max(map(len, found.texts)) == 131_072


def test_a_body_that_was_not_kept_says_size_and_digest() -> None:
    found = shown(entry(_rawdocker={"cut": True, "received": {"size": 5_000_000_000, "sha256": "ab" * 32}}))
    assert "5,000,000,000 bytes (4.7 GiB), not kept in the recording. SHA-256 " + "ab" * 32 in found.text


def test_binary_is_shown_as_hexadecimal() -> None:
    one = entry()
    one["response"]["content"] = {"size": 5, "mimeType": "x/y", "encoding": "base64", "text": "AAH/Qjw="}
    assert "00000000  00 01 ff 42 3c " in shown(one).text
    assert "...B<" in shown(one).text


def test_redactions_are_marked_in_bodies_headers_and_addresses() -> None:
    one = entry(
        "POST", "/v1.41/build?buildargs=%3Credacted%3A+value+of+X%3E", body='{"Env": ["A=<redacted: value of A>"]}'
    )
    one["request"]["headers"] = [{"name": "X-Registry-Auth", "value": "<redacted: X-Registry-Auth>"}]
    found = shown(one)
    for reason in ("value of X", "value of A", "X-Registry-Auth"):
        assert f"<redacted: {reason}>" in found.texts
    assert found.count("mark") >= 4


def test_control_characters_and_marks_of_direction_are_written_out() -> None:
    found = shown(entry(answer="\x1b[31mred\u202e\r\nend\r"))
    assert "\\x1b[31mred\\u202e\r\nend\\x0d" in found.text


def test_a_hijacked_connection_is_a_conversation() -> None:
    text = session().text
    talk = text[text.index("client stdin") :][:400]
    assert re.search(r"client stdin \+\d+\S* ms 35 bytesthree words here\nand a second line", talk)
    assert re.search(r"engine stdout \+\S+ ms \d+ bytesthree words here", text)
    assert re.search(r"engine stderr \+\S+ ms 24 bytesno <b>bold</b> &amp; co", text)
    assert "\\x1b[32mgreen" in text
    assert re.search(r"client closed its side \+\S+ ms", text)


def test_the_frames_of_a_streamed_answer_are_told_apart() -> None:
    frames = b"\1\0\0\0\0\0\0\5tick\n\2\0\0\0\0\0\0\5tock\n"
    one = entry(path="/v1.41/containers/web/logs", _rawdocker={"chunks": [[3, 10], [9.5, 16]]})
    one["response"]["content"] = {"size": 26, "mimeType": "", "encoding": "base64", "text": b64encode(frames).decode()}
    text = shown(one).text
    assert "engine stdout +9.5 ms 5 bytestick" in text
    assert "engine stderr +9.5 ms 5 bytestock" in text


def test_frames_that_came_at_once_are_told_apart_as_well() -> None:
    frames = b"\2\0\0\0\0\0\0\4err\n\1\0\0\0\0\0\0\3hi\n"
    one = entry(path="/v1.41/containers/web/logs?stdout=1&stderr=1", _rawdocker={"chunks": [[3, 23]]})
    one["response"]["content"] = {"size": 23, "mimeType": "", "encoding": "base64", "text": b64encode(frames).decode()}
    text = shown(one).text
    assert "engine stderr +3 ms 4 byteserr" in text
    assert "engine stdout +3 ms 3 byteshi" in text


def test_an_error_in_the_place_of_frames_is_a_body() -> None:
    one = entry(path="/v1.41/containers/web/logs", answer='{"message":"no"}', _rawdocker={"chunks": [[3, 16]]})
    one["response"]["status"] = 404
    found = shown(one)
    assert "Conversation" not in found.text
    assert '"message": "no"' in found.text


def test_the_pieces_of_progress_have_their_times() -> None:
    one = entry(
        "POST",
        "/v1.41/images/create",
        answer='{"status":"a"}\n{"status":"b"}\n',
        _rawdocker={"chunks": [[1, 15], [70, 15]]},
    )
    text = shown(one).text
    assert "engine +1 ms 15 bytes" in text
    assert "engine +70 ms 15 bytes" in text


def test_a_long_stream_is_cut_and_says_so() -> None:
    messages = [{"type": "receive", "time": 1.0, "opcode": 1, "data": "x"}] * 1500
    found = shown(entry(_webSocketMessages=messages))
    assert found.count("li", "engine") == 1000
    assert "Shown are the first 1,000 of 1,500 pieces." in found.text


def test_an_id_of_an_earlier_answer_names_the_call_that_gave_it() -> None:
    created = entry("POST", "/v1.41/containers/create", answer='{"Id":"abc","Warnings":[]}')
    found = shown(created, entry("POST", "/v1.41/containers/abc/start"))
    assert "← Id of call 1" in found.text


def test_what_made_a_part_of_a_call_stands_beside_it() -> None:
    one = entry(
        "POST",
        "/v1.41/containers/create?name=web",
        body='{"HostConfig":{"AutoRemove":true}}',
        _rawdocker={"verb": ["run"]},
    )
    one["request"]["queryString"] = [{"name": "name", "value": "web"}]
    text = shown(one, origins=lambda words, call: {"HostConfig.AutoRemove": "--rm", "?name": "--name"}).text
    assert '"AutoRemove": true ← --rm' in text
    assert "web ← --name" in text


def test_a_failed_exchange_says_why() -> None:
    one = entry(_rawdocker={"error": "the connection was closed"})
    one["response"]["status"] = 0
    found = shown(one)
    assert found.count("li", "failed") == 1
    assert "no answer" in found.text
    assert "the connection was closed" in found.text


def test_a_browser_s_recording_is_shown_too() -> None:
    one = {
        "startedDateTime": "2026-11-24T12:00:00.5+02:00",
        "time": 120.5,
        "_resourceType": "websocket",
        "request": {"method": "GET", "url": "wss://example.com/chat?room=1", "httpVersion": "HTTP/1.1", "bodySize": 0},
        "response": {"status": 101, "statusText": "Switching Protocols", "headers": [], "content": {"size": 0}},
        "timings": {"blocked": 3, "dns": 1, "ssl": 4, "connect": 9, "send": 0.5, "wait": 50, "receive": 0},
        "_webSocketMessages": [{"type": "send", "time": 1795514400.6, "opcode": 1, "data": "hello"}],
    }
    text = shown(one).text
    assert "wss://example.com" in text
    assert "101 Switching Protocols" in text
    assert "client stdin +100 ms 5 byteshello" in text
    for phase in ("Queued3 ms", "Connect10 ms", "Send0.5 ms", "Wait50 ms"):
        assert phase in text


def test_a_thousand_calls_make_a_page() -> None:
    found = shown(*[entry(answer='{"a":[1,2,3]}')] * 1000)
    assert found.count("details", "call") == 1000
    assert "1,000" in found.texts


def test_an_empty_recording_is_a_page_as_well() -> None:
    assert "0 calls" in shown().text


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"[]", b"3", b'{"log": {}}', b'{"log": {"entries": [1]}}', b'{"log": []}'],
    ids=lambda data: data[:30].decode("latin-1"),
)
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(RecordingError, match="is no HAR file"):
        understood(data)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert len(understood(b"\xef\xbb\xbf" + har(entry())).entries) == 1


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from(["base64", "1e400"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where in JSON something stands."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*path, key)
        yield from places(item, (*path, key))


ENTRY = {**everywhere("x"), "_rawdocker": {"chunks": [[1, 1], [2, 1]], "half_close": 3, "verb": ["ps"]}}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(places(ENTRY))), JSON)
def test_an_entry_with_a_part_that_should_be_something_else_is_shown_or_refused(path: Any, value: Any) -> None:
    one = place = json.loads(json.dumps(ENTRY))
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    try:
        found = understood(har(one))
    except RecordingError:
        return
    Page(page(found))


def test_a_call_can_be_made_again_with_curl_and_python() -> None:
    one = entry("POST", "/v1.41/containers/web/stop?t=3", _rawdocker={"endpoint": "unix:///run/x.sock"})
    found = shown(one)
    assert "curl -sS --unix-socket /run/x.sock -X POST 'http://localhost/v1.41/containers/web/stop?t=3'" in found.text
    assert 'with Client("unix:///run/x.sock", version="1.41") as docker:' in found.text
    assert 'print(docker.send(calls.container_stop("web", t=3)))' in found.text
    assert [a["aria-label"] for tag, a in found.elements if "copy" in (a.get("class") or "")] == [
        "Copy the call as curl", "Copy the call as python",
    ]  # fmt: skip


def test_a_call_to_make_again_requires_what_the_recording_left_out() -> None:
    body = '{"Image":"x","Env":["A_TOKEN=<redacted: value of A_TOKEN>","COPY=<redacted: value of A_TOKEN>"]}'
    text = shown(entry("POST", "/v1.41/containers/create", body=body)).text
    assert ': "${SECRET_1:?value of A_TOKEN, as it stands in JSON and URLs}"' in text
    assert 'SECRET_1 = os.environ["SECRET_1"]  # value of A_TOKEN' in text
    assert 'f"COPY={SECRET_1}"' in text


def test_a_body_that_was_not_kept_is_asked_for_when_a_call_is_made_again() -> None:
    one = entry("PUT", "/v1.41/containers/web/archive?path=/", _rawdocker={"cut": True, "sent": {"size": 5 << 20}})
    assert "-T -" in shown(one).text


@pytest.mark.parametrize("url", ["http://localhost:8080/v1.41/info", "https://example.com/v1.41/info"])
def test_a_call_of_another_program_s_recording_is_made_where_it_was(url: str) -> None:
    one = entry()
    one["request"]["url"] = url
    assert f"curl -sS -X GET {url}" in shown(one).text
