"""Secrets are found by name and form, whatever they are written like, and only they are hidden."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawdocker.secrets import MARK, Redactor, in_text, is_secret_header, sounds_secret

SECRET = "hunter2-Ünlikely"


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD", "password", "MYSQL_PWD", "PGPASSWORD", "passphrase", "API_KEY", "AWS_SECRET_ACCESS_KEY",
        "GH_TOKEN", "identitytoken", "IdentityToken", "registrytoken", "auth", "SSH_PRIVATE_KEY",
        "CLIENT_SECRET", "SSH_AUTH", "credentials_of_db_credential", "UnlockKey", "JoinToken", "ENCRYPTION_KEY",
    ],
)  # fmt: skip
def test_names_of_secrets_sound_secret(name: str) -> None:
    assert sounds_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH", "PWD", "HOME", "AUTHOR", "Image", "MonkeyBusiness", "SecretName", "SecretID", "PASSWORD_FILE",
        "TOKEN_URL", "AUTH_TYPE", "passwd_path", "KeyName", "COMPASS", "Author", "TOKEN_TTL", "AUTH_SERVER", "MACHINE",
    ],
)  # fmt: skip
def test_other_names_do_not(name: str) -> None:
    assert not sounds_secret(name)


HOLDERS = {
    "Env": lambda text: {"Env": ["A=1", f"DB_PASSWORD={text}"]},
    "a key": lambda text: {"Spec": {"password": text}},
    "a key of any case": lambda text: {"IdentityToken": text, "Status": "Login Succeeded"},
    "a build argument": lambda text: {"buildargs": {"NPM_TOKEN": text}},
    "a secret's data": lambda text: {"Name": "x", "Data": text},
    "a URL": lambda text: {"proxy": f"http://user:{quote_plus(text)}@proxy:3128/"},
}


@given(text=st.text(min_size=1).filter(lambda text: not MARK.search(text)), holder=st.sampled_from(sorted(HOLDERS)))
def test_a_planted_secret_is_hidden_and_all_else_kept(text: str, holder: str) -> None:
    plain = json.dumps(HOLDERS[holder](text))
    shown = Redactor().text(plain)
    planted = json.dumps(HOLDERS[holder]("\x00")).split("\\u0000" if holder != "a URL" else "%00")
    if holder != "a URL":
        assert MARK.sub("", shown) == "".join(planted)
    assert MARK.search(shown)


@given(st.integers(min_value=0, max_value=80))
def test_a_body_that_was_cut_hides_what_is_left_of_a_secret(size: int) -> None:
    plain = json.dumps({"Env": ["A=1", f"DB_PASSWORD={'s' * 40}"], "Image": "x"})
    assert "sss" not in Redactor().text(plain[:size])


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    found = in_text(text)
    assert all(0 <= secret.start <= secret.end <= len(text) for secret in found)
    assert Redactor(show=True).text(text) == text


@given(st.binary())
def test_bytes_without_secrets_stay_as_they_are(data: bytes) -> None:
    if not in_text(data.decode("utf-8", "surrogateescape")):
        assert Redactor().data(data) == data


@pytest.mark.parametrize(
    "text",
    [
        '{"JoinTokens": {"Worker": "SWMTKN-1-3abc-9xyz", "Manager": "SWMTKN-1-3abc-7xyz"}}',
        '{"UnlockKey": "SWMKEY-1-7c37Cc8654o6p38HnroywCi19pllOnGtbdZEgtKxZu8"}',
        "docker swarm join --token SWMTKN-1-3abc-9xyz 10.0.0.1:2377",
        "-----BEGIN RSA PRIVATE KEY-----\nabc-9xyz\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nabc-9xyz",
    ],
)
def test_what_has_the_form_of_a_key_or_token_is_hidden(text: str) -> None:
    shown = Redactor().text(text)
    assert MARK.search(shown)
    assert not any(part in shown for part in ("SWM", "9xyz", "7xyz", "Cc8654"))


@pytest.mark.parametrize("name", ["X-Registry-Auth", "authorization", "Cookie", "Set-Cookie", "X-Registry-Config"])
def test_headers_that_hold_secrets_are_known(name: str) -> None:
    assert is_secret_header(name)
    assert Redactor().headers([(name, SECRET)]) == [(name, f"<redacted: {name}>")]


def test_other_headers_are_shown() -> None:
    headers = [("Content-Type", "application/json"), ("Host", "localhost"), ("Docker-Experimental", "false")]
    assert Redactor().headers(headers) == headers


def test_what_a_header_holds_in_base64_is_hidden_elsewhere_too() -> None:
    redactor = Redactor()
    auth = base64.urlsafe_b64encode(json.dumps({"username": "u", "password": SECRET}).encode()).decode()
    basic = base64.b64encode(b"u:other-secret").decode()
    redactor.headers([("X-Registry-Auth", auth), ("Authorization", f"Basic {basic}")])
    assert SECRET not in redactor.text(f"401 for {SECRET}")
    assert redactor.stream(b"other-secret!") == b"<redacted: Authorization>!"


def test_a_variable_that_was_typed_is_hidden_in_later_answers_and_streams() -> None:
    redactor = Redactor()
    redactor.text(json.dumps({"Env": [f"API_TOKEN={SECRET}"]}))
    assert redactor.stream(f"the token is {SECRET}\n".encode()) == b"the token is <redacted: value of API_TOKEN>\n"


def test_a_short_secret_is_not_searched_for_elsewhere() -> None:
    redactor = Redactor()
    redactor.text('{"password": "a"}')
    assert redactor.text("banana") == "banana"


@given(st.text(min_size=8, alphabet=st.characters(exclude_categories=["Cs"])))
def test_secrets_in_the_query_are_hidden(text: str) -> None:
    arguments = quote_plus(json.dumps({"NPM_TOKEN": text, "V": "1"}))
    remote = quote_plus(f"https://u:{quote_plus(text)}@example.com/x.git")
    shown = Redactor().target(f"/v1.41/build?buildargs={arguments}&remote={remote}&t=x")
    assert shown.startswith("/v1.41/build?buildargs=%7B%22NPM_TOKEN%22%3A+%22%3Credacted%3A+value+of+NPM_TOKEN%3E%22")
    assert shown.endswith("%3Credacted%3A+credentials+in+a+URL%3E%40example.com%2Fx.git&t=x")


def test_a_target_without_secrets_stays_as_it_is() -> None:
    target = "/v1.41/images/json?filters=%7B%22label%22%3A%7B%22a%3Db%22%3Atrue%7D%7D&all=1"
    assert Redactor().target(target) == target
